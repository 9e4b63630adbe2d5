//! How records are laid down: one version byte, then the record in postcard. The encodings are pinned by a test; a
//! change of any of them needs a new version, or a new [`super::FORMAT`].

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::StoreError;
use crate::model::Stage;

const VERSION: u8 = 1;

pub(super) fn encode<T: Serialize>(
    table: &'static str,
    key: &dyn Debug,
    record: &T,
) -> Result<Vec<u8>, StoreError> {
    postcard::to_extend(record, vec![VERSION])
        .map_err(|error| refuse(table, key, error.to_string()))
}

pub(super) fn decode<T: DeserializeOwned>(
    table: &'static str,
    key: &dyn Debug,
    bytes: &[u8],
) -> Result<T, StoreError> {
    let body = match bytes.split_first() {
        Some((&VERSION, body)) => body,
        Some((version, _)) => {
            return Err(refuse(
                table,
                key,
                format!("its version is {version}, not {VERSION}"),
            ));
        }
        None => return Err(refuse(table, key, "it is empty".to_owned())),
    };
    match postcard::take_from_bytes(body) {
        Ok((record, [])) => Ok(record),
        Ok((_, rest)) => Err(refuse(
            table,
            key,
            format!("{} bytes are left over", rest.len()),
        )),
        Err(error) => Err(refuse(table, key, error.to_string())),
    }
}

fn refuse(table: &'static str, key: &dyn Debug, reason: String) -> StoreError {
    StoreError::Codec {
        table,
        key: format!("{key:?}"),
        reason,
    }
}

/// Byte of a stage in keys.
pub(super) fn stage_code(stage: Stage) -> u8 {
    match stage {
        Stage::Seen => 0,
        Stage::Rooted => 1,
        Stage::Proven => 2,
        Stage::Submitted => 3,
        Stage::Included => 4,
        Stage::Final => 5,
        Stage::Held => 6,
        Stage::Failed => 7,
        Stage::Removed => 8,
        Stage::Unknown => 9,
    }
}

/// Stage of a byte in a key.
pub(super) fn stage_of(table: &'static str, code: u8) -> Result<Stage, StoreError> {
    Stage::ALL
        .into_iter()
        .find(|stage| stage_code(*stage) == code)
        .ok_or_else(|| refuse(table, &code, "no stage has this code".to_owned()))
}

#[cfg(test)]
#[path = "codec_tests.rs"]
mod tests;
