//! The processes that a process has started: what must be gone once it is.

use std::{collections::BTreeMap, fs, path::Path, process::Command, time::Duration};

use eyre::{OptionExt, Result, WrapErr};
use rustix::process::{Pid, Signal, kill_process};

use crate::wait::until;

/// The processes that a process has started, directly or not, by id and command line.
#[derive(Debug)]
pub struct Descendants(BTreeMap<u32, String>);

impl Descendants {
    /// Those of the process `root`, now.
    pub fn of(root: u32) -> Result<Self> {
        let all = processes()?;
        let mut found = BTreeMap::new();
        let mut parents = vec![root];
        while let Some(parent) = parents.pop() {
            for (id, process) in all.iter().filter(|(_, process)| process.parent == parent) {
                found.insert(*id, process.command.clone());
                parents.push(*id);
            }
        }
        Ok(Self(found))
    }

    /// Those whose command line `matches`.
    pub fn like(mut self, matches: impl Fn(&str) -> bool) -> Self {
        self.0.retain(|_, command| matches(command));
        self
    }

    /// Kills them without warning, and waits until they are gone.
    pub async fn kill(&self, limit: Duration) -> Result<()> {
        for id in self.0.keys() {
            let id = Pid::from_raw(i32::try_from(*id)?).ok_or_eyre("a process id is not 0")?;
            kill_process(id, Signal::KILL)?;
        }
        self.gone(limit).await
    }

    /// Waits until none of them runs any more.
    pub async fn gone(&self, limit: Duration) -> Result<()> {
        until("no process left behind", limit, async || {
            Ok(self.left()?.is_empty())
        })
        .await
        .wrap_err_with(|| format!("still running: {:?}", self.left().unwrap_or_default()))
    }

    /// Command lines of those that still run.
    pub fn left(&self) -> Result<Vec<&str>> {
        let all = processes()?;
        // An id may have been given to a stranger since.
        let is_left = |(id, command): &(&u32, &String)| {
            all.get(id)
                .is_some_and(|process| process.command == **command)
        };
        let left = self.0.iter().filter(is_left);
        Ok(left.map(|(_, command)| command.as_str()).collect())
    }
}

struct Entry {
    parent: u32,
    command: String,
}

/// All processes of the machine, by id.
fn processes() -> Result<BTreeMap<u32, Entry>> {
    if Path::new("/proc/self/stat").exists() {
        return processes_of_linux();
    }
    let output = Command::new("ps")
        .args(["-A", "-o", "pid=,ppid=,args="])
        .output()
        .wrap_err("ps does not start")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(text.lines().filter_map(entry_of_ps).collect())
}

fn entry_of_ps(line: &str) -> Option<(u32, Entry)> {
    let (id, rest) = line.trim_start().split_once(' ')?;
    let (parent, command) = rest.trim_start().split_once(' ')?;
    let entry = Entry {
        parent: parent.parse().ok()?,
        command: command.trim().to_owned(),
    };
    Some((id.parse().ok()?, entry))
}

fn processes_of_linux() -> Result<BTreeMap<u32, Entry>> {
    let folders = fs::read_dir("/proc").wrap_err("/proc")?;
    let ids = folders.filter_map(|folder| folder.ok()?.file_name().to_str()?.parse().ok());
    Ok(ids
        .filter_map(|id| Some((id, entry_of_linux(id)?)))
        .collect())
}

/// `None` for a process that has ended meanwhile, or waits to be taken note of by its parent.
fn entry_of_linux(id: u32) -> Option<Entry> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // `id (name) state parent ...`, where the name may hold anything.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?;
    let parent = fields.next()?.parse().ok()?;
    let command = fs::read(format!("/proc/{id}/cmdline")).ok()?;
    let command = String::from_utf8_lossy(&command).replace('\0', " ");
    (state != "Z").then_some(Entry { parent, command })
}
