//! How a message moves from stage to stage.
//!
//! Facts (settled, root imported, executed) are recorded whatever the stage, since chains are read independently and
//! in no order. Only `Reorged` takes facts back. `Final` and `Removed` are left by a reorg and by being seen again.

use super::{
    BatchPosition, HoldReason, MessageEvent, MessageRecord, Milestone, MilestoneKind, Stage,
    TransitionError, UnixSeconds,
};

impl MessageRecord {
    /// Applies what a stage reports. On an error the record is unchanged.
    pub fn apply(&mut self, event: MessageEvent, now: UnixSeconds) -> Result<(), TransitionError> {
        match event {
            MessageEvent::Settled(position, milestone) => self.settled(position, milestone),
            MessageEvent::Rooted(milestone) => self.rooted(milestone, now),
            MessageEvent::Proven => self.proven(now),
            MessageEvent::Submitted => self.submitted(now),
            MessageEvent::Executed(milestone) => self.executed(milestone, now),
            MessageEvent::Finalized => self.finalized(now),
            MessageEvent::Held(reason, retry_at) => self.held(reason, retry_at, now),
            MessageEvent::Failed(reason) => self.failed(reason, now),
            MessageEvent::Reorged { lost } => self.reorged(lost, now),
            MessageEvent::Retry => self.retry(now),
            MessageEvent::DeliveryDropped => self.delivery_dropped(now),
            MessageEvent::OutcomeUnknown => self.outcome_unknown(now),
        }
    }

    /// The milestone of this kind, if it was reached.
    pub fn milestone(&self, kind: MilestoneKind) -> Option<&Milestone> {
        self.milestones
            .iter()
            .find(|milestone| milestone.kind == kind)
    }

    /// The stage that the recorded facts support when no delivery is under way.
    pub fn grounded_stage(&self) -> Stage {
        if self.batch.is_some() && self.milestone(MilestoneKind::RootImported).is_some() {
            Stage::Rooted
        } else {
            Stage::Seen
        }
    }

    fn settled(
        &mut self,
        position: BatchPosition,
        milestone: Milestone,
    ) -> Result<(), TransitionError> {
        match self.stage {
            Stage::Seen
            | Stage::Rooted
            | Stage::Proven
            | Stage::Submitted
            | Stage::Included
            | Stage::Final
            | Stage::Held
            | Stage::Failed
            | Stage::Unknown => {}
            Stage::Removed => return Err(self.refuse("Settled")),
        }
        if self.batch.is_some_and(|known| known != position) {
            return Err(self.refuse("Settled in another batch"));
        }
        self.batch = Some(position);
        self.record(MilestoneKind::Settled, milestone);
        Ok(())
    }

    fn rooted(&mut self, milestone: Milestone, now: UnixSeconds) -> Result<(), TransitionError> {
        if self.batch.is_none() {
            return Err(self.refuse("Rooted before Settled"));
        }
        match self.stage {
            Stage::Seen => {
                self.record(MilestoneKind::RootImported, milestone);
                self.enter(Stage::Rooted, now);
            }
            Stage::Included | Stage::Final | Stage::Held | Stage::Failed | Stage::Unknown => {
                self.record(MilestoneKind::RootImported, milestone);
            }
            Stage::Rooted | Stage::Proven | Stage::Submitted | Stage::Removed => {
                return Err(self.refuse("Rooted"));
            }
        }
        Ok(())
    }

    fn proven(&mut self, now: UnixSeconds) -> Result<(), TransitionError> {
        match self.stage {
            Stage::Rooted => {
                self.enter(Stage::Proven, now);
                Ok(())
            }
            Stage::Seen
            | Stage::Proven
            | Stage::Submitted
            | Stage::Included
            | Stage::Final
            | Stage::Held
            | Stage::Failed
            | Stage::Removed
            | Stage::Unknown => Err(self.refuse("Proven")),
        }
    }

    fn submitted(&mut self, now: UnixSeconds) -> Result<(), TransitionError> {
        match self.stage {
            Stage::Proven => {
                self.attempts = self.attempts.saturating_add(1);
                self.enter(Stage::Submitted, now);
                Ok(())
            }
            Stage::Seen
            | Stage::Rooted
            | Stage::Submitted
            | Stage::Included
            | Stage::Final
            | Stage::Held
            | Stage::Failed
            | Stage::Removed
            | Stage::Unknown => Err(self.refuse("Submitted")),
        }
    }

    /// Whoever delivered it, and whatever this relayer believed: the chain's word counts.
    fn executed(&mut self, milestone: Milestone, now: UnixSeconds) -> Result<(), TransitionError> {
        match self.stage {
            Stage::Seen
            | Stage::Rooted
            | Stage::Proven
            | Stage::Submitted
            | Stage::Included
            | Stage::Held
            | Stage::Failed
            | Stage::Unknown => {
                self.record(MilestoneKind::Delivered, milestone);
                self.enter(Stage::Included, now);
                Ok(())
            }
            Stage::Final | Stage::Removed => Err(self.refuse("Executed")),
        }
    }

    fn finalized(&mut self, now: UnixSeconds) -> Result<(), TransitionError> {
        match self.stage {
            Stage::Included => {
                self.enter(Stage::Final, now);
                Ok(())
            }
            Stage::Seen
            | Stage::Rooted
            | Stage::Proven
            | Stage::Submitted
            | Stage::Final
            | Stage::Held
            | Stage::Failed
            | Stage::Removed
            | Stage::Unknown => Err(self.refuse("Finalized")),
        }
    }

    fn held(
        &mut self,
        reason: HoldReason,
        retry_at: Option<UnixSeconds>,
        now: UnixSeconds,
    ) -> Result<(), TransitionError> {
        match self.stage {
            Stage::Seen
            | Stage::Rooted
            | Stage::Proven
            | Stage::Submitted
            | Stage::Held
            | Stage::Unknown => {
                if self.hold.as_ref() != Some(&reason) {
                    self.since = now;
                }
                self.enter(Stage::Held, now);
                self.hold = Some(reason);
                self.retry_at = retry_at;
                Ok(())
            }
            Stage::Included | Stage::Final | Stage::Failed | Stage::Removed => {
                Err(self.refuse("Held"))
            }
        }
    }

    fn failed(&mut self, reason: HoldReason, now: UnixSeconds) -> Result<(), TransitionError> {
        match self.stage {
            Stage::Seen
            | Stage::Rooted
            | Stage::Proven
            | Stage::Submitted
            | Stage::Held
            | Stage::Unknown => {
                self.enter(Stage::Failed, now);
                self.hold = Some(reason);
                Ok(())
            }
            Stage::Included | Stage::Final | Stage::Failed | Stage::Removed => {
                Err(self.refuse("Failed"))
            }
        }
    }

    fn reorged(&mut self, lost: MilestoneKind, now: UnixSeconds) -> Result<(), TransitionError> {
        if self.stage == Stage::Removed {
            return Err(self.refuse("Reorged"));
        }
        self.milestones.retain(|milestone| milestone.kind < lost);
        if lost <= MilestoneKind::Settled {
            self.batch = None;
        }
        let stage = self.stage_after_loss(lost);
        if stage != self.stage {
            self.enter(stage, now);
        }
        Ok(())
    }

    /// A hold or failure was diagnosed against the destination as it was, so it does not outlive a reorg either.
    fn stage_after_loss(&self, lost: MilestoneKind) -> Stage {
        if lost == MilestoneKind::Sent {
            return Stage::Removed;
        }
        let grounded = self.grounded_stage();
        match self.stage {
            Stage::Seen => Stage::Seen,
            Stage::Rooted | Stage::Proven | Stage::Submitted if grounded == Stage::Rooted => {
                self.stage
            }
            Stage::Rooted
            | Stage::Proven
            | Stage::Submitted
            | Stage::Included
            | Stage::Final
            | Stage::Held
            | Stage::Failed
            | Stage::Unknown => grounded,
            Stage::Removed => Stage::Removed,
        }
    }

    fn retry(&mut self, now: UnixSeconds) -> Result<(), TransitionError> {
        match self.stage {
            Stage::Held | Stage::Unknown => {
                self.enter(self.grounded_stage(), now);
                Ok(())
            }
            Stage::Seen
            | Stage::Rooted
            | Stage::Proven
            | Stage::Submitted
            | Stage::Included
            | Stage::Final
            | Stage::Failed
            | Stage::Removed => Err(self.refuse("Retry")),
        }
    }

    fn delivery_dropped(&mut self, now: UnixSeconds) -> Result<(), TransitionError> {
        match self.stage {
            Stage::Submitted | Stage::Unknown => {
                self.enter(self.grounded_stage(), now);
                Ok(())
            }
            Stage::Seen
            | Stage::Rooted
            | Stage::Proven
            | Stage::Included
            | Stage::Final
            | Stage::Held
            | Stage::Failed
            | Stage::Removed => Err(self.refuse("DeliveryDropped")),
        }
    }

    fn outcome_unknown(&mut self, now: UnixSeconds) -> Result<(), TransitionError> {
        match self.stage {
            Stage::Submitted => {
                self.enter(Stage::Unknown, now);
                Ok(())
            }
            Stage::Seen
            | Stage::Rooted
            | Stage::Proven
            | Stage::Included
            | Stage::Final
            | Stage::Held
            | Stage::Failed
            | Stage::Removed
            | Stage::Unknown => Err(self.refuse("OutcomeUnknown")),
        }
    }

    fn enter(&mut self, stage: Stage, now: UnixSeconds) {
        if self.stage != stage {
            self.since = now;
        }
        self.stage = stage;
        self.hold = None;
        self.retry_at = None;
    }

    /// Keeps one milestone per kind, in the order of kinds.
    fn record(&mut self, kind: MilestoneKind, milestone: Milestone) {
        self.milestones.retain(|known| known.kind != kind);
        let at = self.milestones.partition_point(|known| known.kind < kind);
        self.milestones.insert(at, Milestone { kind, ..milestone });
    }

    fn refuse(&self, event: &'static str) -> TransitionError {
        TransitionError {
            id: self.id,
            from: self.stage,
            event,
        }
    }
}

#[cfg(test)]
#[path = "transition_tests.rs"]
mod tests;
