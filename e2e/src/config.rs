//! A relayer's configuration, varied.

use std::{fs, path::Path};

use eyre::{OptionExt, Result, WrapErr};
use toml::{Table, Value};

/// A configuration file's content.
#[derive(Clone, Debug)]
pub struct Config(Table);

impl Config {
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).wrap_err_with(|| path.display().to_string())?;
        Ok(Self(
            text.parse().wrap_err_with(|| path.display().to_string())?,
        ))
    }

    /// Sets a key, given as `section.key`. Its sections must be there.
    pub fn set(mut self, key: &str, value: impl Into<Value>) -> Result<Self> {
        let (sections, name) = key.rsplit_once('.').unwrap_or(("", key));
        let table = sections
            .split('.')
            .filter(|section| !section.is_empty())
            .try_fold(&mut self.0, |table, section| {
                table.get_mut(section)?.as_table_mut()
            })
            .ok_or_eyre(format!("the configuration has no section {sections}"))?;
        table.insert(name.to_owned(), value.into());
        Ok(self)
    }

    /// Removes a section or a key, given as `section.key`. It must be there.
    pub fn without(mut self, key: &str) -> Result<Self> {
        let (section, name) = key.rsplit_once('.').unwrap_or(("", key));
        let table = if section.is_empty() {
            Some(&mut self.0)
        } else {
            self.0.get_mut(section).and_then(Value::as_table_mut)
        };
        let removed = table.and_then(|table| table.remove(name));
        removed.ok_or_eyre(format!("the configuration has no {key}"))?;
        Ok(self)
    }

    /// A text at a key, given as `section.key`.
    pub fn text(&self, key: &str) -> Result<&str> {
        let (first, rest) = key.split_once('.').unwrap_or((key, ""));
        let start = self.0.get(first);
        let found = rest
            .split('.')
            .filter(|part| !part.is_empty())
            .fold(start, |value, part| value?.get(part));
        found
            .and_then(Value::as_str)
            .ok_or_eyre(format!("the configuration has no text {key}"))
    }

    /// Writes it to a file.
    pub fn write(&self, path: &Path) -> Result<()> {
        fs::write(path, self.0.to_string()).wrap_err_with(|| path.display().to_string())
    }
}
