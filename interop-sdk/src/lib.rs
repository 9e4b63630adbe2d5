//! Send, follow, prove and deliver messages between chains of one network.
