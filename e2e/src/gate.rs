//! A gate between a process and an RPC: it sees every call, may answer one itself, and may keep an answer back for good.

use std::{net::Ipv4Addr, sync::Arc};

use eyre::{OptionExt, Result, WrapErr};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};

const LENGTH: &str = "content-length:";
const END_OF_HEAD: &[u8] = b"\r\n\r\n";

/// What becomes of a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// It reaches the RPC.
    Pass,
    /// It does not; this is the result.
    Answer(Value),
    /// It does not; whoever asks is told that it would revert.
    Revert,
    /// It does not, and nobody answers.
    Withhold,
}

/// Decides about calls: objects of JSON-RPC, one at a time.
pub trait Guard: Send + Sync + 'static {
    /// What becomes of a call that the process makes.
    fn judge(&self, call: &Value) -> Verdict;

    /// Whether the answer of the RPC is kept back.
    fn withholds(&self, _call: &Value, _answer: &Value) -> bool {
        false
    }
}

/// Stands between a process and an RPC as long as it lives.
#[derive(Debug)]
pub struct Gate {
    port: u16,
    task: JoinHandle<()>,
}

impl Gate {
    /// Listens on `port`, for the RPC on port `target`.
    pub async fn start(port: u16, target: u16, guard: Arc<dyn Guard>) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
        let listener = listener.wrap_err_with(|| format!("gate on port {port}"))?;
        let task = tokio::spawn(serve(listener, target, guard));
        Ok(Self { port, task })
    }

    /// Its address, as an RPC URL.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(listener: TcpListener, target: u16, guard: Arc<dyn Guard>) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((client, _)) = listener.accept().await else {
            continue;
        };
        let guard = Arc::clone(&guard);
        connections.spawn(async move {
            // Either end may leave at any time; that is for the other end to deal with.
            let _ = connect(client, target, guard.as_ref()).await;
        });
        // What has ended is let go of.
        while connections.try_join_next().is_some() {}
    }
}

async fn connect(mut client: TcpStream, target: u16, guard: &dyn Guard) -> Result<()> {
    let mut server = TcpStream::connect((Ipv4Addr::LOCALHOST, target)).await?;
    loop {
        let request = read_message(&mut client).await?;
        let call = body(&request)?;
        let answer = match guard.judge(&call) {
            Verdict::Answer(result) => answer(&call, "result", &result),
            Verdict::Revert => answer(&call, "error", &reverted()),
            Verdict::Withhold => std::future::pending().await,
            Verdict::Pass => {
                server.write_all(&request).await?;
                let answer = read_message(&mut server).await?;
                if guard.withholds(&call, &body(&answer)?) {
                    std::future::pending::<()>().await;
                }
                answer
            }
        };
        client.write_all(&answer).await?;
    }
}

fn reverted() -> Value {
    json!({ "code": 3, "message": "execution reverted" })
}

fn answer(call: &Value, kind: &str, content: &Value) -> Vec<u8> {
    let body = json!({ "jsonrpc": "2.0", "id": call["id"], kind: content }).to_string();
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json";
    let length = body.len();
    format!("{head}\r\n{LENGTH} {length}\r\n\r\n{body}").into_bytes()
}

fn body(message: &[u8]) -> Result<Value> {
    let start = head_length(message).ok_or_eyre("a message has a head")?;
    Ok(serde_json::from_slice(&message[start..])?)
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
