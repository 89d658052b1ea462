//! Targets that are dead, dying or not what they should be: nothing passes, and the reason is told.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use wirecheck::{Conformance, ConformanceError};

/// A server that does this with each connection, on a port of its own.
async fn server<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> (String, JoinHandle<()>)
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let task = tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            tokio::spawn(serve(connection));
        }
    });
    (address, task)
}

async fn complaint(address: &str) -> String {
    let run = Conformance::of(address).timeout(Duration::from_millis(300)).run().await;
    match run {
        Err(ConformanceError::Run(error)) => error.to_string(),
        Err(other) => panic!("{other}"),
        Ok(report) => panic!("a dead target brought a report:\n{report}"),
    }
}

#[tokio::test]
async fn nothing_listens() {
    let (address, task) = server(|_| async {}).await;
    task.abort();
    let _ = task.await;
    assert!(complaint(&address).await.contains("cannot connect"));
}

#[tokio::test]
async fn closes_at_once() {
    let (address, _task) = server(|connection| async move { drop(connection) }).await;
    assert!(complaint(&address).await.contains("closes the connection at once"));
}

#[tokio::test]
async fn accepts_and_never_answers() {
    let (address, _task) = server(|mut connection| async move {
        let mut sink = [0; 1024];
        while connection.read(&mut sink).await.is_ok_and(|read| read > 0) {}
    })
    .await;
    assert!(complaint(&address).await.contains("nothing came"));
}

#[tokio::test]
async fn speaks_http_1() {
    let (address, _task) = server(|mut connection| async move {
        let _ = connection.read(&mut [0; 1024]).await;
        let _ =
            connection.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await;
    })
    .await;
    assert!(complaint(&address).await.contains("HTTP/1"));
}

#[tokio::test]
async fn answers_with_noise() {
    let (address, _task) = server(|mut connection| async move {
        let noise = [0xa5; 4096];
        while connection.write_all(&noise).await.is_ok() {}
    })
    .await;
    complaint(&address).await;
}
