//! The relayer: watches batches of many chains, proves messages and delivers them.
