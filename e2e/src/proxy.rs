//! A network cable: stands between a process and an RPC, and can be unplugged.

use std::{net::Ipv4Addr, time::Duration};

use eyre::{Result, WrapErr};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
    time::sleep,
};

/// Forwards connections on one local port to another. It starts plugged in.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    target: u16,
    /// What is done with connections; nothing while it is unplugged.
    task: Option<JoinHandle<()>>,
}

impl Proxy {
    /// Forwards `port` to `target`.
    pub async fn start(port: u16, target: u16) -> Result<Self> {
        let mut proxy = Self {
            port,
            target,
            task: None,
        };
        proxy.plug_in().await?;
        Ok(proxy)
    }

    /// Its address, as an RPC URL.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Breaks every connection and refuses new ones.
    pub async fn unplug(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
            // The listener and the connections are closed once the task is gone.
            let _ = task.await;
        }
    }

    /// Breaks every connection, and takes new ones that nobody ever answers.
    pub async fn go_silent(&mut self) -> Result<()> {
        self.unplug().await;
        self.task = Some(tokio::spawn(swallow(listen(self.port).await?)));
        Ok(())
    }

    /// Forwards again.
    pub async fn plug_in(&mut self) -> Result<()> {
        self.unplug().await;
        let listener = listen(self.port).await?;
        self.task = Some(tokio::spawn(forward(listener, self.target)));
        Ok(())
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

async fn listen(port: u16) -> Result<TcpListener> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
    listener.wrap_err_with(|| format!("proxy on port {port}"))
}

async fn forward(listener: TcpListener, target: u16) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((client, _)) = listener.accept().await else {
            continue;
        };
        connections.spawn(connect(client, target));
        // What has ended is let go of.
        while connections.try_join_next().is_some() {}
    }
}

async fn connect(mut client: TcpStream, target: u16) {
    if let Ok(mut server) = TcpStream::connect((Ipv4Addr::LOCALHOST, target)).await {
        // Either end may leave at any time; that is for the other end to deal with.
        let _ = copy_bidirectional(&mut client, &mut server).await;
    }
}

async fn swallow(listener: TcpListener) {
    let mut held = Vec::new();
    loop {
        match listener.accept().await {
            Ok((client, _)) => held.push(client),
            Err(_) => sleep(Duration::from_millis(10)).await,
        }
    }
}
