//! What is sent, and how the session learns that it has arrived.

use futures_util::{FutureExt, StreamExt};
use tokio_xmpp::Stanza;
use tokio_xmpp::stanzastream::{StanzaStage, StanzaState, StanzaToken};
use xmpp_parsers::iq::Iq;
use xmpp_parsers::ping::Ping;

use super::stream::Session;
use super::{End, Mark, Order, SessionEvent};
use crate::connection::new_id;

impl Session {
    pub(super) async fn stanza(&mut self, stanza: Stanza) -> Result<(), End> {
        if let Stanza::Iq(Iq::Result { id, .. } | Iq::Error { id, .. }) = &stanza
            && let Some(at) = self.unproven.iter().position(|(ping, _)| ping == id)
        {
            // Answered in order: what was sent before an earlier ping has arrived as well.
            for (_, mark) in self.unproven.drain(..=at).collect::<Vec<_>>() {
                self.tell(SessionEvent::Acknowledged(mark)).await?;
            }
            return Ok(());
        }
        self.tell(SessionEvent::Stanza(Box::new(stanza))).await
    }

    pub(super) async fn send(&mut self, order: Order) -> Result<(), End> {
        let mut token = self.hand_over(order.stanza).await;
        let Some(mark) = order.mark else {
            return Ok(());
        };
        if self.acknowledges {
            let arrival = async move {
                let state = token.wait_for(StanzaStage::Acked).await;
                (mark, matches!(state, Some(StanzaState::Acked { .. })))
            };
            self.waiting.push(arrival.boxed_local());
            return Ok(());
        }
        let id = new_id();
        let ping = Iq::from_get(id.clone(), Ping);
        self.unproven.push((id, mark));
        self.hand_over(Box::new(ping.into())).await;
        Ok(())
    }

    /// What is known at the end: a server that cannot resume may still say how far it had got
    /// (XEP-0198, 5: `h` of `<failed/>`).
    pub(super) async fn last_news(&mut self) {
        while let Some(Some((mark, arrived))) = self.waiting.next().now_or_never() {
            if self.settled(mark, arrived).await.is_err() {
                return;
            }
        }
    }

    async fn hand_over(&mut self, stanza: Box<Stanza>) -> StanzaToken {
        let token = self.stream.send(stanza).await;
        let mut sent = token.clone();
        let on_the_wire = async move { drop(sent.wait_for(StanzaStage::Sent).await) };
        self.unsent.push(on_the_wire.boxed_local());
        token
    }

    pub(super) async fn settled(&mut self, mark: Mark, arrived: bool) -> Result<(), End> {
        if arrived {
            self.tell(SessionEvent::Acknowledged(mark)).await
        } else {
            // It stays in the journal, and goes out again in the next session.
            tracing::debug!(item = mark.0, "stanza not acknowledged");
            Ok(())
        }
    }
}
