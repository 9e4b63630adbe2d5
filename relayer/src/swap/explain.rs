//! Why a swap stands where it does: one cause of a closed list, what speaks for it, and what to do. Pure.

use serde::Serialize;

use super::view::SwapView;
use crate::model::{UnixSeconds, swap::SwapStage};

/// Why a swap stands where it does. `docs/reference/swap-causes.md` describes each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SwapCause {
    /// Nothing was locked.
    NotLocked,
    /// An order waits for its lock.
    WaitingForLock,
    /// The order ended before anything was locked.
    Withdrawn,
    /// L1 has not executed the source's batch with the lock.
    WaitingForSource,
    /// The destination cannot prove the lock yet.
    WaitingForImport,
    /// It can be executed.
    Executable,
    /// Executing was refused.
    ExecutionRefused,
    /// The deadline is over, and the destination has not decided.
    PastDeadline,
    /// L1 has asked the destination to decide.
    Forced,
    /// L1 has not executed the destination's batch with the decision.
    WaitingForDestination,
    /// The source cannot prove the decision yet.
    WaitingForReceipt,
    /// The source can pay.
    Payable,
    /// L1 has not executed the source's batch with the payment.
    WaitingForPayment,
    /// The beneficiary was paid.
    Redeemed,
    /// What was given went back.
    Refunded,
    /// L1 paid in the source's stead.
    ClosedByL1,
}

impl SwapCause {
    /// Every cause.
    pub const ALL: [Self; 16] = [
        Self::NotLocked,
        Self::WaitingForLock,
        Self::Withdrawn,
        Self::WaitingForSource,
        Self::WaitingForImport,
        Self::Executable,
        Self::ExecutionRefused,
        Self::PastDeadline,
        Self::Forced,
        Self::WaitingForDestination,
        Self::WaitingForReceipt,
        Self::Payable,
        Self::WaitingForPayment,
        Self::Redeemed,
        Self::Refunded,
        Self::ClosedByL1,
    ];

    /// Name in output, and heading in the documentation.
    pub fn label(self) -> &'static str {
        match self {
            Self::NotLocked => "not_locked",
            Self::WaitingForLock => "waiting_for_lock",
            Self::Withdrawn => "withdrawn",
            Self::WaitingForSource => "waiting_for_source",
            Self::WaitingForImport => "waiting_for_import",
            Self::Executable => "executable",
            Self::ExecutionRefused => "execution_refused",
            Self::PastDeadline => "past_deadline",
            Self::Forced => "forced",
            Self::WaitingForDestination => "waiting_for_destination",
            Self::WaitingForReceipt => "waiting_for_receipt",
            Self::Payable => "payable",
            Self::WaitingForPayment => "waiting_for_payment",
            Self::Redeemed => "redeemed",
            Self::Refunded => "refunded",
            Self::ClosedByL1 => "closed_by_l1",
        }
    }

    /// Who can act, and the command for it.
    fn next(self, id: &str) -> String {
        match self {
            Self::NotLocked => "the bank that gives: causeway swap accept --file FILE --signer NAME".to_owned(),
            Self::WaitingForLock => {
                format!("whoever took the order locks it; while nothing of it was sent, it can be withdrawn: causeway swap cancel {id}")
            }
            Self::Withdrawn => {
                "whoever ordered it, with a key of its own: nothing was locked".to_owned()
            }
            Self::WaitingForSource | Self::WaitingForPayment => {
                format!("the source's operator settles its batches; look again: causeway swap status {id}")
            }
            Self::WaitingForImport
            | Self::PastDeadline
            | Self::Executable
            | Self::WaitingForDestination => {
                format!("a relayer with [swap] does it; if the destination ignores it: causeway swap force {id} --signer NAME")
            }
            Self::ExecutionRefused => {
                "the venue's other party, while the deadline lasts; after it a relayer cancels, and what was given goes back".to_owned()
            }
            Self::Forced => {
                "the destination answers, or lets its queue expire; then a relayer freezes it, and L1 cancels in its stead".to_owned()
            }
            Self::WaitingForReceipt | Self::Payable => {
                format!("a relayer with [swap] does it; if the source ignores it: causeway swap force {id} --publish --signer NAME")
            }
            Self::Redeemed | Self::Refunded | Self::ClosedByL1 => "nobody; it is over".to_owned(),
        }
    }
}

/// The cause, what speaks for it, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SwapExplanation {
    /// Name of the cause.
    pub cause: &'static str,
    /// Where it stands, and what was said of it last.
    pub evidence: String,
    /// Who can act, and how.
    pub next: String,
}

/// Explains a swap at a time.
pub fn explain(swap: &SwapView, now: UnixSeconds) -> SwapExplanation {
    let cause = cause(swap, now);
    let mut evidence = format!("stage {}", swap.stage);
    if let Some(deadline) = swap.deadline {
        evidence.push_str(&format!(", deadline {deadline}, now {now}"));
    }
    if let Some(waits_for) = &swap.waits_for {
        evidence.push_str(&format!("; {waits_for}"));
    }
    SwapExplanation {
        cause: cause.label(),
        evidence,
        next: cause.next(&swap.id.to_string()),
    }
}

fn cause(swap: &SwapView, now: UnixSeconds) -> SwapCause {
    let is_late = swap.deadline.is_some_and(|deadline| now > deadline);
    let last = swap.waits_for.as_deref().unwrap_or_default();
    match swap.stage.parse() {
        Ok(SwapStage::Locked) => SwapCause::WaitingForSource,
        Ok(SwapStage::Settled | SwapStage::Executable) if swap.is_forced => SwapCause::Forced,
        Ok(SwapStage::Settled | SwapStage::Executable) if is_late => SwapCause::PastDeadline,
        Ok(SwapStage::Settled) => SwapCause::WaitingForImport,
        Ok(SwapStage::Executable) if last.starts_with("execute: ") => SwapCause::ExecutionRefused,
        Ok(SwapStage::Executable) => SwapCause::Executable,
        Ok(SwapStage::Executed | SwapStage::Cancelled) => SwapCause::WaitingForDestination,
        Ok(SwapStage::DecidedExecuted | SwapStage::DecidedCancelled) => {
            SwapCause::WaitingForReceipt
        }
        Ok(SwapStage::Redeemable | SwapStage::Refundable) => SwapCause::Payable,
        Ok(SwapStage::Redeeming | SwapStage::Refunding) => SwapCause::WaitingForPayment,
        Ok(SwapStage::Redeemed) => SwapCause::Redeemed,
        Ok(SwapStage::Refunded) => SwapCause::Refunded,
        Ok(SwapStage::ClosedByL1) => SwapCause::ClosedByL1,
        Ok(SwapStage::Accepted | SwapStage::LockIntended) => SwapCause::WaitingForLock,
        Ok(SwapStage::Withdrawn) => SwapCause::Withdrawn,
        Ok(SwapStage::Proposed | SwapStage::Quoted) | Err(_) => SwapCause::NotLocked,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::store::samples;
    use crate::view::ChainNames;

    fn view(stage: SwapStage) -> SwapView {
        let mut view = SwapView::new(&samples::swap(1, stage, 0), &ChainNames::new([]));
        (view.deadline, view.is_forced, view.waits_for) = (Some(100), false, None);
        view
    }

    #[test]
    fn every_stage_has_its_cause() {
        let mut found = BTreeSet::new();
        let mut expect = |view: &SwapView, now, cause: SwapCause| {
            let explanation = explain(view, now);
            assert_eq!(explanation.cause, cause.label(), "{view:?}");
            assert!(explanation.evidence.contains(&view.stage));
            found.insert(explanation.cause);
        };
        let cases = [
            (SwapStage::Proposed, SwapCause::NotLocked),
            (SwapStage::Accepted, SwapCause::WaitingForLock),
            (SwapStage::LockIntended, SwapCause::WaitingForLock),
            (SwapStage::Withdrawn, SwapCause::Withdrawn),
            (SwapStage::Locked, SwapCause::WaitingForSource),
            (SwapStage::Settled, SwapCause::WaitingForImport),
            (SwapStage::Executable, SwapCause::Executable),
            (SwapStage::Executed, SwapCause::WaitingForDestination),
            (SwapStage::Cancelled, SwapCause::WaitingForDestination),
            (SwapStage::DecidedExecuted, SwapCause::WaitingForReceipt),
            (SwapStage::DecidedCancelled, SwapCause::WaitingForReceipt),
            (SwapStage::Redeemable, SwapCause::Payable),
            (SwapStage::Refundable, SwapCause::Payable),
            (SwapStage::Redeeming, SwapCause::WaitingForPayment),
            (SwapStage::Refunding, SwapCause::WaitingForPayment),
            (SwapStage::Redeemed, SwapCause::Redeemed),
            (SwapStage::Refunded, SwapCause::Refunded),
            (SwapStage::ClosedByL1, SwapCause::ClosedByL1),
        ];
        for (stage, cause) in cases {
            expect(&view(stage), 100, cause);
        }
        expect(&view(SwapStage::Executable), 101, SwapCause::PastDeadline);
        expect(&view(SwapStage::Settled), 101, SwapCause::PastDeadline);
        let mut refused = view(SwapStage::Executable);
        refused.waits_for = Some("execute: the venue reverted".to_owned());
        expect(&refused, 100, SwapCause::ExecutionRefused);
        assert!(explain(&refused, 100).evidence.contains("venue reverted"));
        refused.is_forced = true;
        expect(&refused, 100, SwapCause::Forced);
        assert_eq!(found.len(), SwapCause::ALL.len(), "each cause was met");
    }

    #[test]
    fn the_page_of_causes_has_each_and_no_other() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../docs/reference/swap-causes.md"
        );
        let page = std::fs::read_to_string(path).unwrap();
        let headings: Vec<_> = page
            .lines()
            .filter_map(|line| line.strip_prefix("## "))
            .collect();
        assert_eq!(headings, SwapCause::ALL.map(SwapCause::label));
    }
}
