//! Long runs of what is drawn from a seed, while processes are killed and blocks taken back.

pub mod book;
pub mod chaos;
pub mod swaps;
pub mod wire;

use std::{
    env,
    str::FromStr,
    time::{SystemTime, UNIX_EPOCH},
};

use eyre::{Result, WrapErr};

/// A number from the environment.
pub fn given<T: FromStr<Err: std::error::Error + Send + Sync + 'static>>(
    name: &str,
) -> Result<Option<T>> {
    let Ok(text) = env::var(name) else {
        return Ok(None);
    };
    let number = text
        .parse()
        .wrap_err_with(|| format!("{name}={text} is no number"))?;
    Ok(Some(number))
}

/// Now, in seconds.
pub fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}
