//! A node that serves reads and loses transactions: it answers as if it had taken them.

use std::{net::Ipv4Addr, sync::Arc, sync::atomic::AtomicUsize, sync::atomic::Ordering};

use alloy::{hex, primitives::keccak256};
use eyre::{OptionExt, Result, WrapErr};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};

const SEND: &str = "eth_sendRawTransaction";
const LENGTH: &str = "content-length:";
const END_OF_HEAD: &[u8] = b"\r\n\r\n";

/// Stands between a process and an RPC.
#[derive(Debug)]
pub struct Censor {
    port: u16,
    lost: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Censor {
    /// Listens on `port`, for the RPC on port `target`.
    pub async fn start(port: u16, target: u16) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
        let listener = listener.wrap_err_with(|| format!("censor on port {port}"))?;
        let lost = Arc::new(AtomicUsize::new(0));
        let task = tokio::spawn(serve(listener, target, Arc::clone(&lost)));
        Ok(Self { port, lost, task })
    }

    /// Its address, as an RPC URL.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// How many transactions it has lost.
    pub fn lost(&self) -> usize {
        self.lost.load(Ordering::SeqCst)
    }
}

impl Drop for Censor {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(listener: TcpListener, target: u16, lost: Arc<AtomicUsize>) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((client, _)) = listener.accept().await else {
            continue;
        };
        let lost = Arc::clone(&lost);
        connections.spawn(async move {
            // Either end may leave at any time; that is for the other end to deal with.
            let _ = connect(client, target, &lost).await;
        });
        // What has ended is let go of.
        while connections.try_join_next().is_some() {}
    }
}

async fn connect(mut client: TcpStream, target: u16, lost: &AtomicUsize) -> Result<()> {
    let mut server = TcpStream::connect((Ipv4Addr::LOCALHOST, target)).await?;
    loop {
        let request = read_message(&mut client).await?;
        let answer = match swallowed(&request)? {
            Some(answer) => {
                lost.fetch_add(1, Ordering::SeqCst);
                answer
            }
            None => {
                server.write_all(&request).await?;
                read_message(&mut server).await?
            }
        };
        client.write_all(&answer).await?;
    }
}

/// The answer to what does not reach the node; `None` for what does.
fn swallowed(request: &[u8]) -> Result<Option<Vec<u8>>> {
    let start = head_length(request).ok_or_eyre("a request has a head")?;
    let call: Value = serde_json::from_slice(&request[start..])?;
    if call["method"] != SEND {
        return Ok(None);
    }
    let raw = call["params"][0].as_str().ok_or_eyre("a transaction")?;
    let hash = keccak256(hex::decode(raw)?);
    let body = json!({ "jsonrpc": "2.0", "id": call["id"], "result": hash }).to_string();
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json";
    let length = body.len();
    Ok(Some(
        format!("{head}\r\n{LENGTH} {length}\r\n\r\n{body}").into_bytes(),
    ))
}

/// A message of HTTP that says how long it is.
async fn read_message(stream: &mut TcpStream) -> Result<Vec<u8>> {
    let mut message = Vec::new();
    let body = loop {
        if let Some(start) = head_length(&message) {
            break start + body_length(&message[..start])?;
        }
        let read = stream.read_buf(&mut message).await?;
        (read > 0).then_some(()).ok_or_eyre("closed")?;
    };
    while message.len() < body {
        let read = stream.read_buf(&mut message).await?;
        (read > 0).then_some(()).ok_or_eyre("closed")?;
    }
    Ok(message)
}

fn head_length(message: &[u8]) -> Option<usize> {
    let end = message
        .windows(END_OF_HEAD.len())
        .position(|window| window == END_OF_HEAD)?;
    Some(end + END_OF_HEAD.len())
}

fn body_length(head: &[u8]) -> Result<usize> {
    let head = str::from_utf8(head)?.to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix(LENGTH));
    Ok(length.ok_or_eyre("a length")?.trim().parse()?)
}
