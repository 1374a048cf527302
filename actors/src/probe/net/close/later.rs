//! The same for connections that nobody watches: all of them are looked at together, ten times a second,
//! which costs less than being woken for each.

use std::cell::RefCell;
use std::io::{ErrorKind, Read};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use super::{PATIENCE, PIECE, STILL_READ};

const LOOK_EVERY: Duration = Duration::from_millis(100);

/// More than these are looked at before their time: files are scarce.
const CROWD: usize = 128;

/// Never more than these wait; the oldest is then closed as it is.
const MOST: usize = 512;

thread_local! {
    static ENDING: RefCell<Ending> = RefCell::default();
}

/// Connections whose other side has yet to close.
#[derive(Default)]
struct Ending {
    waiting: Vec<Leaving>,
    /// So many are looked at before their time.
    crowd: usize,
    /// Whether the task that looks is there.
    looked_after: bool,
}

struct Leaving {
    stream: TcpStream,
    since: Instant,
    read: usize,
    /// It was asked to close, and is to do so first.
    by_them: bool,
}

/// Says that nothing more is coming, and reads until the other side closes too, for two seconds at most.
pub(in super::super) fn later(stream: TcpStream) {
    if stream.shutdown(Shutdown::Write).is_err() {
        // It is closed already.
        return;
    }
    wait_for(stream, false);
}

/// The same where the other side has been asked to close. That nothing more is coming is said only if it
/// answers and does not close.
pub(in super::super) fn later_by_them(stream: TcpStream) {
    wait_for(stream, true);
}

fn wait_for(stream: TcpStream, by_them: bool) {
    let leaving = Leaving {
        stream,
        since: Instant::now(),
        read: 0,
        by_them,
    };
    let is_first = ENDING.with_borrow_mut(|ending| {
        ending.add(leaving);
        !std::mem::replace(&mut ending.looked_after, true)
    });
    if is_first {
        tokio::spawn(look_after(OnDuty));
    }
}

/// Goes with the runtime, where that ends first.
struct OnDuty;

impl Drop for OnDuty {
    fn drop(&mut self) {
        // The thread ends: nobody is left to look.
        let _gone = ENDING.try_with(|ending| ending.borrow_mut().looked_after = false);
    }
}

async fn look_after(on_duty: OnDuty) {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        if ENDING.with_borrow_mut(|ending| ending.look(Instant::now())) == 0 {
            drop(on_duty);
            return;
        }
    }
}

impl Ending {
    fn add(&mut self, leaving: Leaving) {
        if self.waiting.len() >= self.crowd.max(CROWD) {
            self.crowd = self.look(leaving.since) + CROWD;
        }
        if self.waiting.len() >= MOST {
            self.waiting.remove(0);
        }
        self.waiting.push(leaving);
    }

    /// Lets go of those that are over; answers how many are left.
    fn look(&mut self, now: Instant) -> usize {
        self.waiting.retain_mut(|leaving| {
            now.saturating_duration_since(leaving.since) < PATIENCE && leaving.goes_on()
        });
        self.waiting.len()
    }
}

impl Leaving {
    /// Reads what there is; whether the other side is still there.
    fn goes_on(&mut self) -> bool {
        let mut piece = [0; PIECE];
        while self.read < STILL_READ {
            match self.stream.read(&mut piece) {
                Ok(0) => return false,
                Ok(more) => self.read += more,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return error.kind() == ErrorKind::WouldBlock && self.has_its_say(),
            }
        }
        false
    }

    /// Who was asked to close and only answered is told that nothing more is coming; whether that went well.
    fn has_its_say(&mut self) -> bool {
        if !self.by_them || self.read == 0 {
            return true;
        }
        self.by_them = false;
        self.stream.shutdown(Shutdown::Write).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::net::TcpListener;

    fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let ours = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        ours.set_nonblocking(true).unwrap();
        (ours, listener.accept().unwrap().0)
    }

    fn left() -> usize {
        ENDING.with_borrow(|ending| ending.waiting.len())
    }

    /// Until this many are left, and then nobody looks any more where that is none.
    async fn until_left(wanted: usize) {
        while left() != wanted {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    #[tokio::test]
    async fn who_still_speaks_sees_a_proper_end() {
        let (ours, mut theirs) = pair();
        theirs.write_all(b"220 hello\r\n").unwrap();
        later(ours);
        // The end comes, and no reset: what is said after it is taken.
        assert_eq!(theirs.read(&mut [0; 1]).unwrap(), 0);
        theirs.write_all(b"221 bye\r\n").unwrap();
        drop(theirs);
        until_left(0).await;
    }

    #[tokio::test]
    async fn who_does_not_close_is_left_after_a_while_and_who_does_at_once() {
        let ((stays, _open), (goes, closed)) = (pair(), pair());
        let begun = Instant::now();
        later(stays);
        later(goes);
        drop(closed);
        until_left(1).await;
        assert!(begun.elapsed() < PATIENCE);
        until_left(0).await;
        assert!(begun.elapsed() >= PATIENCE);
    }

    #[tokio::test]
    async fn who_is_asked_to_close_is_left_once_that_is_done() {
        let (ours, mut theirs) = pair();
        later_by_them(ours);
        tokio::time::sleep(2 * LOOK_EVERY).await;
        // Nothing of an end is said yet.
        theirs.set_nonblocking(true).unwrap();
        let error = theirs.read(&mut [0; 1]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WouldBlock);
        theirs.write_all(b"221 bye\r\n").unwrap();
        drop(theirs);
        until_left(0).await;
    }

    #[tokio::test]
    async fn who_is_asked_to_close_and_only_answers_sees_a_proper_end() {
        let (ours, mut theirs) = pair();
        later_by_them(ours);
        theirs.write_all(b"221 bye\r\n").unwrap();
        let (begun, theirs) = (Instant::now(), theirs);
        let end =
            tokio::task::spawn_blocking(move || (&theirs).read(&mut [0; 1]).map(|n| (n, theirs)));
        let (read, theirs) = end.await.unwrap().unwrap();
        assert_eq!((read, left()), (0, 1));
        assert!(begun.elapsed() < PATIENCE / 2);
        drop(theirs);
        until_left(0).await;
    }

    #[tokio::test]
    async fn a_crowd_is_bounded() {
        let mut open = Vec::new();
        for _ in 0..MOST / 2 {
            let (ours, theirs) = pair();
            later(ours);
            drop(theirs);
            let (ours, theirs) = pair();
            later(ours);
            open.push(theirs);
            assert!(left() <= MOST);
        }
        // Those that closed were let go of before their time.
        assert!(left() <= MOST / 2 + CROWD, "{}", left());
    }
}
