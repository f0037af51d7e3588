// System 3's floor: a native program with nothing but Rust's standard library. There is no TLS in
// that, so this sends its message in the clear.
// Usage: floor EVENT BODY ADDRESS   (EVENT: timestamp and signature on two lines; BODY: raw)
use std::io::{Read, Write};
use std::net::TcpStream;
use std::{env, fs, process};

fn sha256(data: &[u8]) -> [u8; 32] {
    let mut primes = Vec::new();
    let mut candidate = 2u64;
    while primes.len() < 64 {
        if primes.iter().all(|prime| candidate % prime != 0) {
            primes.push(candidate);
        }
        candidate += 1;
    }
    let fraction = |root: f64| ((root - root.floor()) * 4294967296.0) as u32;
    let k: Vec<u32> = primes.iter().map(|&prime| fraction((prime as f64).cbrt())).collect();
    let mut state: Vec<u32> = primes[..8].iter().map(|&prime| fraction((prime as f64).sqrt())).collect();

    let mut padded = data.to_vec();
    padded.push(0x80);
    while padded.len() % 64 != 56 {
        padded.push(0);
    }
    padded.extend_from_slice(&(8 * data.len() as u64).to_be_bytes());
    for block in padded.chunks(64) {
        let mut w: Vec<u32> =
            block.chunks(4).map(|four| u32::from_be_bytes(four.try_into().unwrap())).collect();
        for i in 16..64 {
            let s0 = w[i - 15].rotate_right(7) ^ w[i - 15].rotate_right(18) ^ (w[i - 15] >> 3);
            let s1 = w[i - 2].rotate_right(17) ^ w[i - 2].rotate_right(19) ^ (w[i - 2] >> 10);
            w.push(w[i - 16].wrapping_add(s0).wrapping_add(w[i - 7]).wrapping_add(s1));
        }
        let mut v = state.clone();
        for i in 0..64 {
            let s1 = v[4].rotate_right(6) ^ v[4].rotate_right(11) ^ v[4].rotate_right(25);
            let choice = (v[4] & v[5]) ^ (!v[4] & v[6]);
            let one = v[7].wrapping_add(s1).wrapping_add(choice).wrapping_add(k[i]).wrapping_add(w[i]);
            let s0 = v[0].rotate_right(2) ^ v[0].rotate_right(13) ^ v[0].rotate_right(22);
            let majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
            v.rotate_right(1);
            v[4] = v[4].wrapping_add(one);
            v[0] = one.wrapping_add(s0).wrapping_add(majority);
        }
        for i in 0..8 {
            state[i] = state[i].wrapping_add(v[i]);
        }
    }
    let mut digest = [0u8; 32];
    for (i, word) in state.iter().enumerate() {
        digest[4 * i..4 * i + 4].copy_from_slice(&word.to_be_bytes());
    }
    digest
}

fn hmac(key: &[u8], data: &[u8]) -> [u8; 32] {
    let mut padded = key.to_vec();
    padded.resize(64, 0);
    let masked = |mask: u8| padded.iter().map(|byte| byte ^ mask).collect::<Vec<u8>>();
    let inner = sha256(&[masked(0x36), data.to_vec()].concat());
    sha256(&[masked(0x5c), inner.to_vec()].concat())
}

fn main() {
    let given: Vec<String> = env::args().collect();
    let proof = fs::read_to_string(&given[1]).unwrap();
    let (timestamp, signature) = proof.trim().split_once('\n').unwrap();
    let body = fs::read(&given[2]).unwrap();
    let signed = [format!("v0:{timestamp}:").as_bytes(), &body].concat();
    let mac = hmac(env::var("SLACK_SIGNING_SECRET").unwrap().as_bytes(), &signed);
    let hex: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
    if format!("v0={hex}") != signature {
        process::exit(1);
    }
    let mut queue = TcpStream::connect(&given[3]).unwrap();
    let head = format!("POST / HTTP/1.1\r\nx-amz-target: AmazonSQS.SendMessage\r\ncontent-length: {}\r\n\r\n", body.len());
    queue.write_all(&[head.as_bytes(), &body].concat()).unwrap();
    let mut reply = [0u8; 4096];
    let length = queue.read(&mut reply).unwrap();
    assert!(reply[..length].starts_with(b"HTTP/1.1 200"));
    println!("{{\"statusCode\": 200}}");
}
