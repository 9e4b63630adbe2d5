//! Timing and tables.

use std::{
    fmt::{self, Write},
    time::Duration,
};

use rustix::time::{ClockId, clock_gettime};

/// What a call took of the processor.
pub fn time<T>(run: impl FnOnce() -> T) -> Duration {
    let start = processor_time();
    std::hint::black_box(run());
    processor_time() - start
}

/// Time that this thread has run so far. Unlike a clock, it stands still while another process has the processor.
fn processor_time() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}

/// The shortest of `rounds` runs.
pub fn best_of<T>(rounds: usize, mut run: impl FnMut() -> T) -> Duration {
    (0..rounds)
        .map(|_| time(&mut run))
        .min()
        .unwrap_or_default()
}

/// The shortest average over `repeats` calls, for calls too short to time alone.
pub fn best_of_each<T>(rounds: usize, repeats: u32, mut run: impl FnMut(u32) -> T) -> Duration {
    let all = best_of(rounds, || {
        for repeat in 0..repeats {
            std::hint::black_box(run(repeat));
        }
    });
    all / repeats
}

pub fn ratio(time: Duration, limit: Duration) -> f64 {
    time.as_secs_f64() / limit.as_secs_f64()
}

/// A time with a unit that suits its size.
pub struct Human(pub Duration);

impl fmt::Display for Human {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = self.0.as_nanos() as f64;
        match nanos {
            0.0..1e3 => write!(f, "{nanos:.0} ns"),
            1e3..1e6 => write!(f, "{:.2} µs", nanos / 1e3),
            1e6..1e9 => write!(f, "{:.2} ms", nanos / 1e6),
            _ => write!(f, "{:.2} s", nanos / 1e9),
        }
    }
}

/// A Markdown table under a heading.
pub struct Table(String);

impl Table {
    pub fn new(heading: &str, columns: &[&str]) -> Self {
        let mut text = format!("## {heading}\n\n| {} |\n|", columns.join(" | "));
        text.push_str(&"---|".repeat(columns.len()));
        Self(text + "\n")
    }

    pub fn row(&mut self, cells: &[String]) {
        eprintln!("{}", cells.join(" · "));
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "| {} |", cells.join(" | "));
    }

    pub fn note(&mut self, note: &str) {
        let _ = writeln!(self.0, "\n{note}");
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
