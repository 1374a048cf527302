//! What befalls the journal's file, as the actor sees it.

use actix::prelude::*;
use hostmessenger_config::AlertTo;

use super::actor::Journal;
use super::db::Batch;
use super::{Notify, Trouble};
use crate::wording::journal as say;

impl Journal {
    /// The owner hears once what befell the journal's file.
    pub(super) fn tell_troubles(&mut self, ctx: &mut Context<Self>) {
        let lang = self.spec.lang;
        for trouble in self.spec.store.take_troubles() {
            let text = match trouble {
                Trouble::NotUsable(why) => say::not_usable(lang, why),
                Trouble::NotWritable(why) => say::not_writable(lang, why),
                Trouble::Over => say::writable_again(lang),
                Trouble::Damaged { why, kept } => {
                    self.write_all(ctx);
                    say::damaged(lang, why, kept)
                }
            };
            ctx.notify(Notify {
                to: vec![AlertTo::Owner],
                text,
            });
        }
    }

    /// What a damaged file may have lost of the states is still known here.
    fn write_all(&mut self, ctx: &mut Context<Self>) {
        let Some(board) = &self.board else { return };
        let batch = Batch {
            records: board.records(),
            cut: Some(board.cut_since().into()),
            ..Batch::default()
        };
        self.write(batch, ctx);
    }
}
