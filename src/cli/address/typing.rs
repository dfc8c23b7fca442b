//! The state of a line that is being typed and of what is offered for it. Pure:
//! keys and answers in, lines to draw out.

use anstyle::{AnsiColor, Effects, Style};
use console::Key;

const PROMPT: Style = AnsiColor::Cyan.on_default().effects(Effects::BOLD);
const CHOSEN: Style = Style::new().effects(Effects::INVERT);
const FAINT: Style = Style::new().effects(Effects::DIMMED);

/// Suggestions shown at a time.
const SHOWN: usize = 8;

/// What a key leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The line changed: what is offered for it has to be asked for anew.
    Changed,
    /// Only what is shown did.
    Moved,
    /// This is it.
    Done(String),
    /// Never mind.
    Left,
}

/// A line, where the cursor is in it, and what is offered.
#[derive(Clone, Debug, Default)]
pub(super) struct Typing {
    line: Vec<char>,
    cursor: usize,
    offered: Vec<String>,
    /// The suggestion that Enter takes; None: the line as typed.
    chosen: Option<usize>,
    remark: Option<String>,
    waiting: bool,
}

impl Typing {
    pub fn new(line: &str) -> Self {
        let line: Vec<char> = line.chars().collect();
        Self {
            cursor: line.len(),
            line,
            ..Self::default()
        }
    }

    pub fn line(&self) -> String {
        self.line.iter().collect()
    }

    /// There is enough of a line to ask about.
    pub fn is_askable(&self) -> bool {
        self.line.iter().filter(|c| !c.is_whitespace()).count() >= 2
    }

    /// An answer about this line is awaited.
    pub fn wait(&mut self) {
        self.waiting = true;
    }

    /// What the platform offers. An answer about a line that has changed since
    /// is passed over.
    pub fn offer(&mut self, line: &str, answer: Result<Vec<String>, String>) {
        if line != self.line() {
            return;
        }
        self.waiting = false;
        self.chosen = None;
        match answer {
            Ok(offered) => {
                self.remark = offered
                    .is_empty()
                    .then(|| "no address begins like this".into());
                self.offered = offered;
            }
            Err(why) => {
                self.offered.clear();
                self.remark = Some(why);
            }
        }
    }

    pub fn key(&mut self, key: &Key) -> Step {
        match key {
            Key::Enter => {
                let chosen = self.chosen.and_then(|index| self.offered.get(index));
                let line = chosen.cloned().unwrap_or_else(|| self.line());
                if line.trim().is_empty() {
                    Step::Moved
                } else {
                    Step::Done(line)
                }
            }
            Key::Escape | Key::CtrlC => Step::Left,
            Key::ArrowDown => {
                self.chosen = match self.chosen {
                    _ if self.offered.is_empty() => None,
                    None => Some(0),
                    Some(index) => Some((index + 1).min(self.offered.len() - 1)),
                };
                Step::Moved
            }
            Key::ArrowUp => {
                self.chosen = self.chosen.and_then(|index| index.checked_sub(1));
                Step::Moved
            }
            // Takes the suggestion over to go on typing.
            Key::Tab => {
                let index = self.chosen.unwrap_or(0);
                match self.offered.get(index) {
                    Some(line) => {
                        self.line = line.chars().collect();
                        self.cursor = self.line.len();
                        self.changed()
                    }
                    None => Step::Moved,
                }
            }
            Key::ArrowLeft => {
                self.cursor = self.cursor.saturating_sub(1);
                Step::Moved
            }
            Key::ArrowRight => {
                self.cursor = (self.cursor + 1).min(self.line.len());
                Step::Moved
            }
            Key::Home | Key::Char('\u{1}') => {
                self.cursor = 0;
                Step::Moved
            }
            Key::End | Key::Char('\u{5}') => {
                self.cursor = self.line.len();
                Step::Moved
            }
            // Ctrl-U, as in a shell.
            Key::Char('\u{15}') => {
                self.line.drain(..self.cursor);
                self.cursor = 0;
                self.changed()
            }
            Key::Backspace if self.cursor > 0 => {
                self.cursor -= 1;
                self.line.remove(self.cursor);
                self.changed()
            }
            Key::Del if self.cursor < self.line.len() => {
                self.line.remove(self.cursor);
                self.changed()
            }
            Key::Char(c) if !c.is_control() => {
                self.line.insert(self.cursor, *c);
                self.cursor += 1;
                self.changed()
            }
            _ => Step::Moved,
        }
    }

    fn changed(&mut self) -> Step {
        self.chosen = None;
        self.remark = None;
        if !self.is_askable() {
            self.offered.clear();
            self.waiting = false;
        }
        Step::Changed
    }

    /// The lines to draw, the first with the prompt, and the cursor's column in it.
    pub fn frame(&self, width: usize) -> (Vec<String>, usize) {
        const LABEL: &str = "Address: ";
        let room = width.saturating_sub(LABEL.len() + 1).max(10);
        // A line longer than the terminal is wide is seen around its cursor.
        let from = self.cursor.saturating_sub(room);
        let seen: String = self.line.iter().skip(from).take(room).collect();
        let mut lines = vec![format!("{PROMPT}{LABEL}{PROMPT:#}{seen}")];
        let first = self
            .chosen
            .map_or(0, |index| (index + 1).saturating_sub(SHOWN));
        for (index, line) in self.offered.iter().enumerate().skip(first).take(SHOWN) {
            let line: String = clean(line, width.saturating_sub(4));
            lines.push(if self.chosen == Some(index) {
                format!("  {CHOSEN}{line}{CHOSEN:#}")
            } else {
                format!("  {line}")
            });
        }
        let foot = match &self.remark {
            _ if self.waiting => "…".to_owned(),
            Some(remark) => clean(remark, width.saturating_sub(4)),
            None if self.offered.is_empty() => "type the beginning of an address".to_owned(),
            None => "↑↓ choose · Tab goes on typing · Enter validates · Esc".to_owned(),
        };
        lines.push(format!("  {FAINT}{foot}{FAINT:#}"));
        (lines, LABEL.len() + self.cursor - from)
    }
}

/// Fit for one line of a terminal.
fn clean(text: &str, room: usize) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .take(room)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Typing {
        let mut typing = Typing::default();
        for c in text.chars() {
            typing.key(&Key::Char(c));
        }
        typing
    }

    fn plain(typing: &Typing) -> Vec<String> {
        let (lines, _) = typing.frame(60);
        lines
            .iter()
            .map(|line| anstream::adapter::strip_str(line).to_string())
            .collect()
    }

    #[test]
    fn arrows_choose_and_enter_takes_what_is_chosen_or_typed() {
        let mut typing = typed("333 S");
        let offers = vec!["333 S 520 W".to_owned(), "333 S Main St".to_owned()];
        typing.offer("333 S", Ok(offers));
        assert_eq!(typing.key(&Key::Enter), Step::Done("333 S".into()));
        for _ in 0..3 {
            typing.key(&Key::ArrowDown);
        }
        assert_eq!(typing.key(&Key::Enter), Step::Done("333 S Main St".into()));
        typing.key(&Key::ArrowUp);
        assert_eq!(typing.key(&Key::Enter), Step::Done("333 S 520 W".into()));
        assert_eq!(typing.key(&Key::Tab), Step::Changed);
        assert_eq!(typing.line(), "333 S 520 W");
    }

    #[test]
    fn an_answer_about_an_older_line_is_not_shown() {
        let mut typing = typed("33");
        typing.wait();
        typing.key(&Key::Char('4'));
        typing.offer("33", Ok(vec!["33 Old St".into()]));
        assert!(!plain(&typing).concat().contains("Old"));
        typing.offer("334", Ok(vec![]));
        assert!(
            plain(&typing)
                .concat()
                .contains("no address begins like this")
        );
    }

    #[test]
    fn a_line_is_edited_where_the_cursor_is() {
        let mut typing = typed("56 Spaarks");
        for _ in 0..4 {
            typing.key(&Key::ArrowLeft);
        }
        typing.key(&Key::Backspace);
        assert_eq!(typing.line(), "56 Sparks");
        typing.key(&Key::Home);
        typing.key(&Key::Del);
        typing.key(&Key::Char('9'));
        assert_eq!(typing.line(), "96 Sparks");
        typing.key(&Key::End);
        typing.key(&Key::Char('\u{15}'));
        assert_eq!(typing.line(), "");
        assert_eq!(typing.key(&Key::Enter), Step::Moved);
        assert_eq!(typing.key(&Key::Escape), Step::Left);
    }

    #[test]
    fn what_is_drawn_fits_the_terminal_and_can_not_steer_it() {
        let mut typing = typed(&"x".repeat(200));
        typing.offer(
            &typing.line(),
            Ok(vec![format!("\u{1b}[2J{}", "y".repeat(200))]),
        );
        let (_, cursor) = typing.frame(60);
        assert!(cursor < 60);
        for line in plain(&typing) {
            assert!(line.chars().count() <= 60, "{line}");
            assert!(!line.contains('\u{1b}'));
        }
    }
}
