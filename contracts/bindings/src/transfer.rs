//! What one vault tells another, `AssetTransfers` in Solidity: its one spelling, and where it stands in a bundle.

use alloy::primitives::{Address, Bytes, U256};

use crate::{Asset, AssetTransfer, BundleError, InteropBundle};

/// First byte of a transfer.
const VERSION: u8 = 0x01;
/// First byte of a withdrawal.
const WITHDRAWAL_VERSION: u8 = 0x01;
/// Bytes before the transfer in a withdrawal: the version and a salt.
const WITHDRAWAL_HEAD: usize = 33;
/// Bytes of the length of the metadata.
const LENGTH: usize = 2;

/// Bytes are no transfer between vaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no transfer of assets that this release knows")]
pub struct NotATransfer;

impl AssetTransfer {
    /// Reads the one spelling and nothing else.
    pub fn decode(text: &[u8]) -> Result<Self, NotATransfer> {
        let mut rest = Cursor(text);
        if rest.array()? != [VERSION] {
            return Err(NotATransfer);
        }
        let asset = Asset::unpack(rest.array::<29>()?.into()).map_err(|_| NotATransfer)?;
        let amount = U256::from_be_slice(&rest.array::<16>()?);
        let sender = Address::from(rest.array::<20>()?);
        let recipient = Address::from(rest.array::<20>()?);
        let is_fungible = asset.kind == crate::AssetKind::Fungible;
        let token_id = match is_fungible {
            true => U256::ZERO,
            false => U256::from_be_bytes(rest.array::<32>()?),
        };
        let length = u16::from_be_bytes(rest.array::<LENGTH>()?);
        let metadata = Bytes::copy_from_slice(rest.take(usize::from(length))?);
        if is_fungible && !rest.0.is_empty() {
            return Err(NotATransfer);
        }
        Ok(Self {
            asset,
            tokenId: token_id,
            amount,
            sender,
            recipient,
            metadata,
            // Vaults pass the bytes on, whatever they are.
            tokenUri: String::from_utf8_lossy(rest.0).into_owned(),
        })
    }

    /// The one spelling.
    ///
    /// # Errors
    /// A field is larger than the spelling has room for.
    pub fn encode(&self) -> Result<Bytes, NotATransfer> {
        let home = u64::try_from(self.asset.originChainId).map_err(|_| NotATransfer)?;
        let amount = u128::try_from(self.amount).map_err(|_| NotATransfer)?;
        let length = u16::try_from(self.metadata.len()).map_err(|_| NotATransfer)?;
        let mut text = vec![VERSION, self.asset.kind as u8];
        text.extend(home.to_be_bytes());
        text.extend(self.asset.originToken);
        text.extend(amount.to_be_bytes());
        text.extend(self.sender);
        text.extend(self.recipient);
        let is_fungible = self.asset.kind == crate::AssetKind::Fungible;
        if !is_fungible {
            text.extend(self.tokenId.to_be_bytes::<32>());
        }
        text.extend(length.to_be_bytes());
        text.extend(&self.metadata);
        if !is_fungible {
            text.extend(self.tokenUri.as_bytes());
        }
        Ok(text.into())
    }

    /// Reads what a vault sent to L1.
    pub fn decode_withdrawal(message: &[u8]) -> Result<Self, NotATransfer> {
        match message.split_at_checked(WITHDRAWAL_HEAD) {
            Some((head, text)) if head.first() == Some(&WITHDRAWAL_VERSION) => Self::decode(text),
            _ => Err(NotATransfer),
        }
    }
}

impl InteropBundle {
    /// The transfers between the vaults that the bundle carries, by index of their call. Every chain's vault stands at
    /// `vault`.
    ///
    /// # Errors
    /// A call is of a version that this release does not know.
    pub fn transfers(&self, vault: Address) -> Result<Vec<(usize, AssetTransfer)>, BundleError> {
        let mut transfers = Vec::new();
        for (index, call) in self.calls.iter().enumerate() {
            if call.from == vault && call.to == vault {
                let (_, payload) = call.content()?;
                let transfer = AssetTransfer::decode(&payload).ok();
                transfers.extend(transfer.map(|transfer| (index, transfer)));
            }
        }
        Ok(transfers)
    }

    /// Last timestamp, in seconds, at which all calls may still run; `None` if none of them has a deadline.
    ///
    /// # Errors
    /// A call is of a version that this release does not know.
    pub fn deadline(&self) -> Result<Option<u64>, BundleError> {
        let mut earliest: Option<U256> = None;
        for call in &self.calls {
            let (conditions, _) = call.content()?;
            let deadline = conditions.deliver_before;
            if !deadline.is_zero() {
                earliest = Some(earliest.map_or(deadline, |known| known.min(deadline)));
            }
        }
        Ok(earliest.map(|deadline| deadline.saturating_to()))
    }
}

/// What is left of a text.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], NotATransfer> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(NotATransfer)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], NotATransfer> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(NotATransfer)?;
        self.0 = rest;
        Ok(*taken)
    }
}

#[cfg(test)]
mod tests {
    use alloy::primitives::B256;

    use super::*;
    use crate::{
        AssetKind, BUNDLE_VERSION, BundleAttributes, CALL_VERSION_CONDITIONAL, CALL_VERSION_PLAIN,
        ConditionalPayload, InteropCall,
    };

    const VAULT: Address = Address::with_last_byte(9);

    /// Written down byte by byte, as `AssetTransfers` describes it.
    fn text(kind: u8, token_id: Option<[u8; 32]>, metadata: &[u8], uri: &[u8]) -> Vec<u8> {
        let mut text = vec![VERSION, kind];
        text.extend(271_u64.to_be_bytes());
        text.extend([0x11; 20]);
        text.extend(5_u128.to_be_bytes());
        text.extend([0x22; 20]);
        text.extend([0x33; 20]);
        text.extend(token_id.into_iter().flatten());
        text.extend((metadata.len() as u16).to_be_bytes());
        text.extend(metadata);
        text.extend(uri);
        text
    }

    #[test]
    fn a_transfer_reads_field_by_field() {
        let read = AssetTransfer::decode(&text(1, Some([7; 32]), b"meta", b"uri")).unwrap();
        assert_eq!(read.asset.kind, AssetKind::NonFungible);
        assert_eq!(read.asset.originChainId, U256::from(271));
        assert_eq!(read.asset.originToken, Address::repeat_byte(0x11));
        assert_eq!(read.tokenId, U256::from_be_bytes([7; 32]));
        assert_eq!(read.amount, U256::from(5));
        assert_eq!(read.sender, Address::repeat_byte(0x22));
        assert_eq!(read.recipient, Address::repeat_byte(0x33));
        assert_eq!(read.metadata.as_ref(), b"meta");
        assert_eq!(read.tokenUri, "uri");
        let plain = AssetTransfer::decode(&text(0, None, b"", b"")).unwrap();
        assert_eq!(
            (plain.tokenId, plain.metadata.len()),
            (U256::ZERO, 0),
            "{plain:?}"
        );
    }

    #[test]
    fn a_transfer_is_written_as_it_is_read() {
        let item = text(1, Some([7; 32]), b"meta", b"uri");
        for spelling in [item, text(0, None, b"meta", b""), text(0, None, b"", b"")] {
            let read = AssetTransfer::decode(&spelling).unwrap();
            assert_eq!(read.encode().unwrap(), spelling);
        }
        let good = AssetTransfer::decode(&text(0, None, b"", b"")).unwrap();
        let mut far = good.clone();
        far.asset.originChainId = U256::from(1) << 64;
        let much = AssetTransfer {
            amount: U256::from(1) << 128,
            ..good.clone()
        };
        let long = AssetTransfer {
            metadata: vec![0; 1 << 16].into(),
            ..good
        };
        for misfit in [far, much, long] {
            assert_eq!(misfit.encode(), Err(NotATransfer));
        }
    }

    #[test]
    fn every_other_spelling_is_refused() {
        let good = text(0, None, b"", b"");
        let mut version = good.clone();
        version[0] = 2;
        let refused = [
            version,
            text(3, None, b"", b""),
            text(0, None, b"", b"more"),
            good[..good.len() - 1].to_vec(),
            text(1, None, b"", b""),
            Vec::new(),
        ];
        for text in refused {
            assert_eq!(AssetTransfer::decode(&text), Err(NotATransfer), "{text:?}");
        }
        let withdrawal = [&[1][..], &[0xaa; 32], &good].concat();
        assert!(AssetTransfer::decode_withdrawal(&withdrawal).is_ok());
        assert_eq!(
            AssetTransfer::decode_withdrawal(&withdrawal[1..]),
            Err(NotATransfer)
        );
    }

    fn call(from: Address, deadline: Option<u64>, payload: Vec<u8>) -> InteropCall {
        let data = match deadline {
            None => payload.into(),
            Some(deadline) => {
                use alloy::sol_types::SolValue;
                let conditional = ConditionalPayload {
                    minGasLimit: U256::ZERO,
                    deliverBefore: U256::from(deadline),
                    deliverAfter: U256::ZERO,
                    payload: payload.into(),
                };
                conditional.abi_encode().into()
            }
        };
        InteropCall {
            version: match deadline {
                None => CALL_VERSION_PLAIN,
                Some(_) => CALL_VERSION_CONDITIONAL,
            },
            shadowAccount: false,
            to: VAULT,
            from,
            value: U256::ZERO,
            data,
        }
    }

    #[test]
    fn a_bundle_tells_its_transfers_and_its_first_deadline() {
        let transfer = text(0, None, b"", b"");
        let bundle = InteropBundle {
            version: BUNDLE_VERSION,
            sourceChainId: U256::from(1),
            destinationChainId: U256::from(2),
            destinationBaseTokenAssetId: B256::ZERO,
            interopBundleSalt: B256::ZERO,
            calls: vec![
                call(VAULT, Some(90), transfer.clone()),
                call(Address::ZERO, Some(70), transfer.clone()),
                call(VAULT, None, transfer),
                call(VAULT, Some(0), b"announcement of another release".to_vec()),
            ],
            attributes: BundleAttributes {
                executionAddress: Bytes::new(),
                unbundlerAddress: Bytes::new(),
                useFixedFee: false,
            },
        };
        let indexes: Vec<usize> = bundle
            .transfers(VAULT)
            .unwrap()
            .into_iter()
            .map(|(index, _)| index)
            .collect();
        assert_eq!(indexes, [0, 2]);
        assert_eq!(bundle.deadline(), Ok(Some(70)));
        let without = InteropBundle {
            calls: vec![call(VAULT, None, Vec::new())],
            ..bundle
        };
        assert_eq!(without.deadline(), Ok(None));
    }
}
