//! Values that must not be shown.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use url::Url;

/// What stands in place of a secret.
pub const REDACTED: &str = "<redacted>";

/// A secret of the configuration. It is neither printed nor written.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Secret(SecretString);

impl Secret {
    /// Wraps a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(SecretString::from(text.into()))
    }

    /// The secret itself, for the one who needs it.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(REDACTED)
    }
}

impl JsonSchema for Secret {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Secret".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}

/// An RPC URL. Credentials, path and query may hold keys, so it shows scheme, host and port only.
#[derive(Clone)]
pub struct RpcUrl(Secret);

impl RpcUrl {
    /// The whole URL.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// Why it cannot be used, if it cannot.
    pub fn problem(&self) -> Option<String> {
        match Url::parse(self.expose()) {
            Ok(url) if !matches!(url.scheme(), "http" | "https") => {
                Some(format!("scheme `{}` is not http or https", url.scheme()))
            }
            Ok(_) => None,
            Err(error) => Some(error.to_string()),
        }
    }
}

impl fmt::Display for RpcUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ok(url) = Url::parse(self.expose()) else {
            return f.write_str(REDACTED);
        };
        write!(
            f,
            "{}://{}",
            url.scheme(),
            url.host_str().unwrap_or_default()
        )?;
        url.port().map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

impl fmt::Debug for RpcUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<'de> Deserialize<'de> for RpcUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Secret::deserialize(deserializer).map(Self)
    }
}

impl Serialize for RpcUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for RpcUrl {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "RpcUrl".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "uri" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_show_nothing_of_themselves() {
        let secret = Secret::new("0xc0ffee");
        assert_eq!(
            format!("{secret:?} {}", serde_json::to_string(&secret).unwrap()),
            "<redacted> \"<redacted>\""
        );
        assert_eq!(secret.expose(), "0xc0ffee");
    }

    #[test]
    fn urls_show_scheme_host_and_port() {
        let shown = |text: &str| {
            format!(
                "{} {:?}",
                RpcUrl(Secret::new(text)),
                RpcUrl(Secret::new(text))
            )
        };
        assert_eq!(
            shown("https://user:pass@node.example/v1/key?token=x"),
            "https://node.example https://node.example"
        );
        assert_eq!(
            shown("http://127.0.0.1:8545/key"),
            "http://127.0.0.1:8545 http://127.0.0.1:8545"
        );
        assert_eq!(shown("key"), "<redacted> <redacted>");
    }

    #[test]
    fn only_http_urls_are_taken() {
        let problem = |text: &str| RpcUrl(Secret::new(text)).problem();
        assert_eq!(problem("http://127.0.0.1:8545"), None);
        assert_eq!(
            problem("ws://127.0.0.1:8545"),
            Some("scheme `ws` is not http or https".to_owned())
        );
        assert!(problem("127.0.0.1").is_some());
    }
}
