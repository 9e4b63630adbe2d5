//! Transactions that nobody signed: a node puts them into a block at the word of whoever runs it. A frozen chain whose
//! operator is gone comes back with them, since nobody else has the operator's key.

use alloy::{
    consensus::TxEnvelope,
    primitives::{Address, Bytes, TxKind, U256},
};
use alloy_rlp::{Decodable, Encodable, RlpDecodable, RlpEncodable};

/// First byte of a system transaction. Types up to `0x7f` are transactions (EIP-2718); no chain uses this one.
pub const SYSTEM_TYPE: u8 = 0x7d;

/// A call without a signature: `0x7d ‖ rlp([from, nonce, to, value, gasLimit, maxFeePerGas, maxPriorityFeePerGas, data])`.
#[derive(Clone, Debug, PartialEq, Eq, RlpEncodable, RlpDecodable)]
pub struct SystemTransaction {
    /// Account that calls.
    pub from: Address,
    /// Its nonce.
    pub nonce: u64,
    /// Contract called.
    pub to: Address,
    /// Value, in wei.
    pub value: U256,
    /// Gas limit.
    pub gas_limit: u64,
    /// Fee cap, in wei per gas.
    pub max_fee_per_gas: u128,
    /// Tip, in wei per gas.
    pub max_priority_fee_per_gas: u128,
    /// Calldata.
    pub data: Bytes,
}

impl SystemTransaction {
    /// What `from` sent in `envelope` without a signature; `None` where it is signed, or no plain call with EIP-1559 fees.
    pub fn of(from: Address, envelope: &TxEnvelope) -> Option<Self> {
        let TxEnvelope::Eip1559(signed) = envelope else {
            return None;
        };
        let transaction = signed.tx();
        match transaction.to {
            TxKind::Call(to) if is_unsigned(envelope) && transaction.access_list.0.is_empty() => {
                Some(Self {
                    from,
                    nonce: transaction.nonce,
                    to,
                    value: transaction.value,
                    gas_limit: transaction.gas_limit,
                    max_fee_per_gas: transaction.max_fee_per_gas,
                    max_priority_fee_per_gas: transaction.max_priority_fee_per_gas,
                    data: transaction.input.clone(),
                })
            }
            _ => None,
        }
    }

    /// The transaction as batch data holds it.
    pub fn encode(&self) -> Bytes {
        let mut encoded = vec![SYSTEM_TYPE];
        Encodable::encode(self, &mut encoded);
        encoded.into()
    }

    /// Reads a transaction of batch data; `None` where it is one of another type.
    ///
    /// # Errors
    /// It is damaged.
    pub fn decode(encoded: &[u8]) -> Result<Option<Self>, alloy_rlp::Error> {
        let Some((&SYSTEM_TYPE, mut rest)) = encoded.split_first() else {
            return Ok(None);
        };
        let transaction = Decodable::decode(&mut rest)?;
        if rest.is_empty() {
            Ok(Some(transaction))
        } else {
            Err(alloy_rlp::Error::UnexpectedLength)
        }
    }
}

/// Whether the signature is empty. No key makes such a one.
pub(super) fn is_unsigned(envelope: &TxEnvelope) -> bool {
    let signature = envelope.signature();
    signature.r().is_zero() && signature.s().is_zero()
}

#[cfg(test)]
mod tests {
    use alloy::{
        consensus::{SignableTransaction, TxEip1559},
        eips::eip2930::AccessList,
        primitives::Signature,
    };
    use proptest::prelude::*;

    use super::*;

    /// What a node keeps of a system transaction, with this signature.
    fn envelope(system: &SystemTransaction, signature: Signature, list: AccessList) -> TxEnvelope {
        let transaction = TxEip1559 {
            chain_id: 271,
            nonce: system.nonce,
            gas_limit: system.gas_limit,
            max_fee_per_gas: system.max_fee_per_gas,
            max_priority_fee_per_gas: system.max_priority_fee_per_gas,
            to: TxKind::Call(system.to),
            value: system.value,
            access_list: list,
            input: system.data.clone(),
        };
        transaction.into_signed(signature).into()
    }

    fn no_signature() -> Signature {
        Signature::new(U256::ZERO, U256::ZERO, false)
    }

    prop_compose! {
        fn transaction()(
            from in any::<[u8; 20]>(), to in any::<[u8; 20]>(), nonce in any::<u64>(), value in any::<[u8; 32]>(),
            gas_limit in any::<u64>(), fee in any::<u128>(), tip in any::<u128>(),
            data in prop::collection::vec(any::<u8>(), 0..300),
        ) -> SystemTransaction {
            SystemTransaction {
                from: from.into(), nonce, to: to.into(), value: U256::from_be_bytes(value), gas_limit,
                max_fee_per_gas: fee, max_priority_fee_per_gas: tip, data: data.into(),
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_encoded_decodes_to_the_same(transaction in transaction()) {
            prop_assert_eq!(SystemTransaction::decode(&transaction.encode()), Ok(Some(transaction)));
        }

        #[test]
        fn what_stands_in_a_block_is_told_with_its_sender(transaction in transaction()) {
            let unsigned = envelope(&transaction, no_signature(), AccessList::default());
            prop_assert!(is_unsigned(&unsigned));
            prop_assert_eq!(SystemTransaction::of(transaction.from, &unsigned), Some(transaction.clone()));
            let signature = Signature::new(U256::ONE, U256::ONE, false);
            let signed = envelope(&transaction, signature, AccessList::default());
            prop_assert_eq!(SystemTransaction::of(transaction.from, &signed), None);
            let listed = envelope(&transaction, no_signature(), vec![Default::default()].into());
            prop_assert_eq!(SystemTransaction::of(transaction.from, &listed), None);
        }

        #[test]
        fn a_damaged_one_is_refused(transaction in transaction(), cut in any::<prop::sample::Index>()) {
            let encoded = transaction.encode();
            let cut = 1 + cut.index(encoded.len() - 1);
            prop_assert!(SystemTransaction::decode(&encoded[..cut]).is_err());
            let longer = [encoded.as_ref(), &[0]].concat();
            prop_assert!(SystemTransaction::decode(&longer).is_err());
        }
    }

    #[test]
    fn other_types_are_left_alone() {
        for other in [&[][..], &[0x02, 0xc0], &[0xc0], &[0x7e]] {
            assert_eq!(SystemTransaction::decode(other), Ok(None));
        }
    }
}
