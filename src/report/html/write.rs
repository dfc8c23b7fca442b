//! Markup that can't be broken into: a text of a file or of the platform gets
//! into a page by one door, which escapes it. Only literals of this program
//! come in as they are, and the compiler sees to that.

use std::borrow::Cow;

/// A page as it is being written.
#[derive(Default)]
pub(super) struct Page(String);

impl Page {
    /// Markup of our own.
    pub fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// A text of anybody's, between tags or within the quotes of an attribute.
    pub fn text(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                '\n' | '\t' => self.0.push(c),
                // Also what turns the direction of the text around it.
                '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => self.0.push('\u{fffd}'),
                c if c.is_control() => self.0.push('\u{fffd}'),
                c => self.0.push(c),
            }
        }
        self
    }

    pub fn count(&mut self, count: u64) -> &mut Self {
        self.0.push_str(&grouped(count));
        self
    }

    /// `<tag>text</tag>`.
    pub fn element(&mut self, open: &'static str, text: &str, close: &'static str) -> &mut Self {
        self.raw(open).text(text).raw(close)
    }

    /// A sentence, with what stands in `backticks` as code.
    pub fn prose(&mut self, text: &str) -> &mut Self {
        let pieces: Vec<&str> = text.split('`').collect();
        // One that is never closed is a character like others.
        if pieces.len().is_multiple_of(2) {
            return self.text(text);
        }
        for (at, piece) in pieces.into_iter().enumerate() {
            match at % 2 {
                0 => self.text(piece),
                _ => self.element("<code>", piece, "</code>"),
            };
        }
        self
    }

    pub fn finish(self) -> String {
        self.0
    }
}

/// `10,000`.
pub(super) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 step`, `2 steps`.
pub(super) fn counted(count: u64, one: &str, several: &str) -> String {
    let noun = if count == 1 { one } else { several };
    format!("{} {noun}", grouped(count))
}

/// The page with each of its texts put through `clean`, and its markup, styles
/// and script left alone: a net under what was masked in the document already.
pub(super) fn texts(page: &str, clean: &dyn Fn(&str) -> String) -> String {
    let mut whole = Page(String::with_capacity(page.len()));
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        let (text, tag) = rest.split_at(at);
        whole.cleaned(text, clean);
        // What is between these tags is ours.
        let end = ["script", "style"]
            .into_iter()
            .find(|name| tag.get(1..).is_some_and(|tag| tag.starts_with(name)))
            .and_then(|name| tag.find(&format!("</{name}>")))
            .or_else(|| tag.find('>'))
            .map_or(tag.len(), |end| end + 1);
        let (markup, after) = tag.split_at(end);
        whole.0.push_str(markup);
        rest = after;
    }
    whole.cleaned(rest, clean);
    whole.finish()
}

impl Page {
    fn cleaned(&mut self, text: &str, clean: &dyn Fn(&str) -> String) {
        if text.trim().is_empty() {
            self.0.push_str(text);
        } else {
            self.text(&clean(&plain(text)));
        }
    }
}

fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return text.into();
    }
    // The ampersand last, so that nothing is unescaped twice.
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_gets_out_of_its_place() {
        let mut page = Page::default();
        page.raw("<p title=\"")
            .text("\" onclick='x()'><script>")
            .raw("\">");
        page.text("</script>&amp;\u{202e}\u{1b}[2J");
        assert_eq!(
            page.finish(),
            "<p title=\"&quot; onclick=&#39;x()&#39;&gt;&lt;script&gt;\">\
             &lt;/script&gt;&amp;amp;\u{fffd}\u{fffd}[2J"
        );
    }

    #[test]
    fn the_net_reads_texts_as_people_do_and_leaves_our_own_words_alone() {
        let page = "<style>p{Smith}</style><p class=\"Smith\">Smith &amp; Sons</p><script>Smith</script>Smith";
        let clean = |text: &str| text.replace("Smith & Sons", "•••").replace("Smith", "•");
        assert_eq!(
            texts(page, &clean),
            "<style>p{Smith}</style><p class=\"Smith\">•••</p><script>Smith</script>•"
        );
    }

    #[test]
    fn commands_in_a_sentence_stand_out_and_can_not_break_it() {
        let mut page = Page::default();
        page.prose("or `alz <x>` adds it; ").prose("a ` b");
        assert_eq!(
            page.finish(),
            "or <code>alz &lt;x&gt;</code> adds it; a ` b"
        );
    }

    #[test]
    fn counts_are_read_at_a_glance() {
        let said = [0, 999, 1000, 1_234_567].map(grouped);
        assert_eq!(said, ["0", "999", "1,000", "1,234,567"]);
    }
}
