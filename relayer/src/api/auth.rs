//! The bearer token.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use alloy::primitives::{B256, keccak256};
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use super::{ApiContext, Problem};
use crate::config::Secret;

/// Name of the token's file in the store's directory.
pub const TOKEN_FILE: &str = "api-token";

/// Shortest token that is taken.
const SHORTEST: usize = 16;

/// The token cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The file cannot be read or written.
    #[error("api token: {path} cannot be used: {reason}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// The token is too short to keep a secret.
    #[error("api token: {path} holds {length} characters; write at least {SHORTEST}")]
    TooShort {
        /// The file.
        path: PathBuf,
        /// Its length.
        length: usize,
    },
}

/// A bearer token.
#[derive(Clone, Debug)]
pub struct Token(Secret);

impl Token {
    /// Reads the token from a file.
    pub fn read(path: &Path) -> Result<Self, TokenError> {
        let text = std::fs::read_to_string(path).map_err(|error| refuse(path, &error))?;
        let token = text.trim();
        if token.len() < SHORTEST {
            return Err(TokenError::TooShort {
                path: path.to_owned(),
                length: token.len(),
            });
        }
        Ok(Self(Secret::new(token)))
    }

    /// Reads the token from a file; makes both where there is none. Only the owner may read the file.
    pub fn read_or_create(path: &Path) -> Result<Self, TokenError> {
        let created = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path);
        match created {
            Ok(mut file) => {
                let token = alloy::hex::encode(B256::random());
                file.write_all(token.as_bytes())
                    .map_err(|error| refuse(path, &error))?;
                Ok(Self(Secret::new(token)))
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Self::read(path),
            Err(error) => Err(refuse(path, &error)),
        }
    }

    /// The value of the `Authorization` header that carries it.
    pub fn header(&self) -> Secret {
        Secret::new(format!("Bearer {}", self.0.expose()))
    }

    /// Compares hashes, so that the time taken tells nothing about the token.
    fn matches(&self, header: &[u8]) -> bool {
        keccak256(self.header().expose()) == keccak256(header)
    }
}

fn refuse(path: &Path, error: &std::io::Error) -> TokenError {
    TokenError::File {
        path: path.to_owned(),
        reason: error.to_string(),
    }
}

/// Lets only requests with the token through.
pub(super) async fn require_token(
    State(context): State<Arc<ApiContext>>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let header = request.headers().get(header::AUTHORIZATION);
    if header.is_some_and(|header| context.token.matches(header.as_bytes())) {
        return Ok(next.run(request).await);
    }
    let detail = "send `Authorization: Bearer <token>`; the token is in the store's directory or in api.token_file";
    Err(Problem::new(
        StatusCode::UNAUTHORIZED,
        "token_needed",
        detail,
    ))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_token_is_made_once_and_for_the_owner_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(TOKEN_FILE);
        let made = Token::read_or_create(&path).unwrap();
        let found = Token::read_or_create(&path).unwrap();
        assert!(found.matches(made.header().expose().as_bytes()));
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert!(!format!("{made:?}").contains(&std::fs::read_to_string(&path).unwrap()));
    }

    #[test]
    fn a_short_token_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("token");
        std::fs::write(&path, "short\n").unwrap();
        let error = Token::read(&path).unwrap_err().to_string();
        assert!(
            error.ends_with("holds 5 characters; write at least 16"),
            "{error}"
        );
        assert!(matches!(
            Token::read(&directory.path().join("none")),
            Err(TokenError::File { .. })
        ));
    }
}
