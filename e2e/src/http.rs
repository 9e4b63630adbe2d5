//! Reading a local HTTP interface.

use std::{net::Ipv4Addr, time::Duration};

use eyre::{OptionExt, Result, WrapErr};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

const LIMIT: Duration = Duration::from_secs(5);

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Body.
    pub body: String,
}

/// `GET path` from a port of this machine.
pub async fn get(port: u16, path: &str) -> Result<Answer> {
    let text = timeout(LIMIT, exchange(port, path))
        .await
        .wrap_err_with(|| format!("GET {path} from port {port}"))??;
    let (head, body) = text.split_once("\r\n\r\n").ok_or_eyre("no HTTP answer")?;
    let status = head.split(' ').nth(1).ok_or_eyre("no HTTP status")?;
    Ok(Answer {
        status: status.parse()?,
        body: body.to_owned(),
    })
}

/// Version 1.0 of the protocol ends an answer by closing the connection, which keeps its body in one piece.
async fn exchange(port: u16, path: &str) -> Result<String> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
    let request = format!("GET {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut text = String::new();
    stream.read_to_string(&mut text).await?;
    Ok(text)
}
