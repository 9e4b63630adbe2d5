//! The SDK as methods of a provider.

use std::future::Future;

use alloy::providers::Provider;

use crate::{
    BundleBuilder, Delivered, Delivery, Error, MessageBuilder, SentMessage, TransferBuilder, Way,
};

/// Sends and delivers from the account of a provider; every alloy provider with a wallet can.
///
/// ```no_run
/// # async fn example(
/// #     network: interop_sdk::Network,
/// #     on_a: alloy::providers::DynProvider,
/// #     on_b: alloy::providers::DynProvider,
/// # ) -> Result<(), interop_sdk::Error> {
/// use alloy::primitives::Address;
/// use interop_sdk::InteropProvider;
///
/// let message = network.chain(271)?.message((272, Address::with_last_byte(7)), b"hello".to_vec());
/// let sent = on_a.send_interop_message(&message).await?;
/// on_b.deliver_interop(&sent.prove().await?).await?;
/// # Ok(())
/// # }
/// ```
pub trait InteropProvider: Provider + Sized {
    /// Sends a message; see [`MessageBuilder::send`].
    fn send_interop_message(
        &self,
        message: &MessageBuilder,
    ) -> impl Future<Output = Result<SentMessage, Error>> + Send {
        message.send(self)
    }

    /// Sends a bundle; see [`BundleBuilder::send`].
    fn send_interop_bundle(
        &self,
        bundle: &BundleBuilder,
    ) -> impl Future<Output = Result<SentMessage, Error>> + Send {
        bundle.send(self)
    }

    /// Sends tokens; see [`TransferBuilder::send`].
    fn send_interop_transfer<W: Way>(
        &self,
        transfer: &TransferBuilder<W>,
    ) -> impl Future<Output = Result<W::Sent, Error>> + Send {
        transfer.send(self)
    }

    /// Delivers a proven message; see [`Delivery::deliver`].
    fn deliver_interop(
        &self,
        delivery: &Delivery,
    ) -> impl Future<Output = Result<Delivered, Error>> + Send {
        delivery.deliver(self)
    }
}

impl<P: Provider> InteropProvider for P {}
