//! One connection to the server that is kept open, as a browser keeps it: no more HTTP than the benchmark needs.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(30);
const PLAIN: &str = "identity";

/// What a browser accepts.
pub(crate) const COMPRESSED: &str = "gzip";

pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
    /// Sent with every request; empty before signing in.
    cookie: String,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Names in small letters.
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// The body as text; fails where the answer is not 200 or not text.
    pub(crate) fn text(self) -> io::Result<String> {
        if self.status != 200 {
            return Err(io::Error::other(format!("status {}", self.status)));
        }
        String::from_utf8(self.body).map_err(io::Error::other)
    }
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream: BufReader::with_capacity(256 * 1024, stream), cookie: String::new() })
    }

    /// Asks for a page, not compressed.
    pub(crate) fn get(&mut self, path: &str) -> io::Result<Answer> {
        self.get_as(path, PLAIN)
    }

    /// Asks for a page in an encoding; the body stays in it.
    pub(crate) fn get_as(&mut self, path: &str, encoding: &str) -> io::Result<Answer> {
        self.ask(&format!("GET {path} HTTP/1.1"), &format!("Accept-Encoding: {encoding}\r\n"), "")
    }

    /// Sends a form and keeps the cookie that comes back.
    pub(crate) fn sign_in(&mut self, path: &str, form: &str) -> io::Result<()> {
        let head = format!("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n", form.len());
        let answer = self.ask(&format!("POST {path} HTTP/1.1"), &head, form)?;
        let cookie = answer.header("set-cookie").and_then(|cookie| cookie.split(';').next());
        cookie.unwrap_or_default().clone_into(&mut self.cookie);
        if self.cookie.is_empty() { Err(io::Error::other("signing in gave no session")) } else { Ok(()) }
    }

    fn ask(&mut self, line: &str, head: &str, body: &str) -> io::Result<Answer> {
        let cookie = &self.cookie;
        let cookie = if cookie.is_empty() { String::new() } else { format!("Cookie: {cookie}\r\n") };
        let request = format!("{line}\r\nHost: 127.0.0.1\r\nAccept-Language: ja\r\n{cookie}{head}\r\n{body}");
        self.stream.get_mut().write_all(request.as_bytes())?;
        answer(&mut self.stream)
    }
}

fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

fn line(stream: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    if stream.read_line(&mut line)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end().to_owned())
}

fn answer(stream: &mut impl BufRead) -> io::Result<Answer> {
    let strange = |what: &str| io::Error::other(format!("not an answer: {what}"));
    let first = line(stream)?;
    let status = first.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(|| strange(&first))?;
    let mut headers = Vec::new();
    loop {
        let line = line(stream)?;
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').ok_or_else(|| strange(&line))?;
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut body = Vec::new();
    if header(&headers, "transfer-encoding") == Some("chunked") {
        while let length @ 1.. = chunk_length(&line(stream)?)? {
            part(stream, length, &mut body)?;
            line(stream)?;
        }
        line(stream)?;
    } else {
        let length = header(&headers, "content-length").unwrap_or("0");
        part(stream, length.parse().map_err(|_| strange(length))?, &mut body)?;
    }
    Ok(Answer { status, headers, body })
}

fn chunk_length(line: &str) -> io::Result<u64> {
    u64::from_str_radix(line.split(';').next().unwrap_or(""), 16).map_err(io::Error::other)
}

fn part(stream: &mut impl BufRead, length: u64, body: &mut Vec<u8>) -> io::Result<()> {
    let read = stream.by_ref().take(length).read_to_end(body)?;
    if u64::try_from(read) == Ok(length) { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_on_one_connection_are_told_apart() {
        let mut stream = &b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nSet-Cookie: a=b; Path=/\r\n\r\nfirst\
            HTTP/1.1 404 Not Found\r\ntransfer-encoding: chunked\r\n\r\n3\r\nnot\r\nB;x=y\r\n here today\r\n0\r\n\r\n\
            HTTP/1.1 303 See Other\r\nlocation: /\r\n\r\n"[..];
        let first = answer(&mut stream).unwrap();
        assert_eq!((first.status, first.header("set-cookie")), (200, Some("a=b; Path=/")));
        assert_eq!(first.text().unwrap(), "first");
        let second = answer(&mut stream).unwrap();
        assert_eq!((second.status, second.body.as_slice()), (404, &b"not here today"[..]));
        assert!(second.text().is_err());
        assert_eq!(answer(&mut stream).unwrap().status, 303);
        assert!(answer(&mut stream).is_err());
    }

    #[test]
    fn a_broken_answer_is_an_error() {
        for broken in ["", "hello\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", "HTTP/1.1 200 OK\r\n"]
        {
            assert!(answer(&mut broken.as_bytes()).is_err(), "{broken}");
        }
    }
}
