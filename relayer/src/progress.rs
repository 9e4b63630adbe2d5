//! What each stage last did, for readiness and metrics. A heartbeat advances only with progress: a stage that runs in
//! circles looks as dead as it is.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use crate::model::{ChainId, UnixSeconds};

/// Why a stage does not get on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// Short name, for metrics.
    pub label: &'static str,
    /// The error, with what to do.
    pub message: String,
    /// Since when.
    pub since: UnixSeconds,
}

/// Where a stage stands on a chain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StageProgress {
    /// When it last got something done, or saw that nothing was to do.
    pub at: UnixSeconds,
    /// Block it has reached, where it works block by block.
    pub block: u64,
    /// What stops it now.
    pub trouble: Option<Trouble>,
    /// How often it failed since the start.
    pub failures: u64,
    /// When each of its latest errors was last news.
    told: BTreeMap<String, UnixSeconds>,
}

/// An error that stays is news again after this time, in seconds.
const NEWS_AGAIN: UnixSeconds = 60;

impl StageProgress {
    fn is_news(&mut self, message: &str, now: UnixSeconds) -> bool {
        self.told
            .retain(|_, told| now.saturating_sub(*told) < NEWS_AGAIN);
        let is_news = !self.told.contains_key(message);
        if is_news {
            self.told.insert(message.to_owned(), now);
        }
        is_news
    }

    fn lasts(&self, now: UnixSeconds) -> bool {
        let trouble = self.trouble.as_ref();
        trouble.is_some_and(|trouble| now.saturating_sub(trouble.since) >= NEWS_AGAIN)
    }

    fn fail(&mut self, label: &'static str, message: String, now: UnixSeconds) {
        let since = self.trouble.as_ref().map_or(now, |trouble| trouble.since);
        self.trouble = Some(Trouble {
            label,
            message,
            since,
        });
        self.failures = self.failures.saturating_add(1);
    }
}

/// The progress of all stages; cheap to share and to read.
#[derive(Debug, Default)]
pub struct Progress {
    stages: Mutex<BTreeMap<(&'static str, ChainId), StageProgress>>,
}

impl Progress {
    /// The stage did its work on this chain up to `block`.
    pub fn advanced(&self, stage: &'static str, chain: ChainId, block: u64, now: UnixSeconds) {
        self.update(stage, chain, |entry| {
            entry.at = now;
            entry.block = block;
            entry.trouble = None;
        });
    }

    /// The stage could not do its work on this chain.
    pub fn failed(
        &self,
        stage: &'static str,
        chain: ChainId,
        label: &'static str,
        message: String,
        now: UnixSeconds,
    ) {
        self.update(stage, chain, |entry| entry.fail(label, message, now));
    }

    /// As [`failed`](Self::failed), and the log says so: of the same error once a minute, however often the stage tries. It is a
    /// warning, and an error once the stage has got nothing done for as long.
    pub fn complain(
        &self,
        stage: &'static str,
        chain: ChainId,
        label: &'static str,
        message: String,
        now: UnixSeconds,
    ) {
        let (is_news, lasts) = self.update(stage, chain, |entry| {
            let is_news = entry.is_news(&message, now);
            entry.fail(label, message.clone(), now);
            (is_news, entry.lasts(now))
        });
        match (is_news, lasts) {
            (false, _) => {}
            (true, false) => tracing::warn!(stage, chain, label, error = message, "cannot get on"),
            (true, true) => tracing::error!(stage, chain, label, error = message, "cannot get on"),
        }
    }

    /// All stages, by name and chain.
    pub fn all(&self) -> Vec<((&'static str, ChainId), StageProgress)> {
        let stages = self.stages.lock().unwrap_or_else(PoisonError::into_inner);
        stages
            .iter()
            .map(|(key, entry)| (*key, entry.clone()))
            .collect()
    }

    fn update<T>(
        &self,
        stage: &'static str,
        chain: ChainId,
        change: impl FnOnce(&mut StageProgress) -> T,
    ) -> T {
        let mut stages = self.stages.lock().unwrap_or_else(PoisonError::into_inner);
        change(stages.entry((stage, chain)).or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_keeps_its_start_until_the_stage_advances() {
        let progress = Progress::default();
        progress.failed("watch", 1, "unreachable", "a".into(), 10);
        progress.failed("watch", 1, "unreachable", "b".into(), 20);
        let (_, entry) = progress.all().remove(0);
        let trouble = entry.trouble.expect("trouble");
        assert_eq!(
            (trouble.since, trouble.message.as_str(), entry.failures),
            (10, "b", 2)
        );

        progress.advanced("watch", 1, 7, 30);
        let (_, entry) = progress.all().remove(0);
        assert_eq!(
            (entry.trouble, entry.block, entry.at, entry.failures),
            (None, 7, 30, 2)
        );
    }

    #[test]
    fn an_error_that_stays_is_news_once_a_minute() {
        let mut entry = StageProgress::default();
        assert!(entry.is_news("a", 100));
        assert!(!entry.is_news("a", 100));
        assert!(entry.is_news("b", 100), "another error");
        assert!(!entry.is_news("a", 159));
        assert!(entry.is_news("a", 160));
        assert!(!entry.is_news("a", 219));
    }

    #[test]
    fn trouble_lasts_once_nothing_was_done_for_a_minute() {
        let mut entry = StageProgress::default();
        assert!(!entry.lasts(100));
        entry.fail("x", "a".into(), 100);
        entry.fail("x", "b".into(), 159);
        assert!(!entry.lasts(159));
        assert!(entry.lasts(160), "whatever the error is by now");
    }
}
