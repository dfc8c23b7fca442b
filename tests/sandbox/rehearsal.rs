//! docs/sandbox.md does what it says: its curl commands are run, in their
//! order, against the seed that it names.

use std::collections::BTreeMap;
use std::path::Path;

use super::*;

/// The commands of the ```sh blocks, each on one line, with its comment.
fn commands(guide: &str) -> Vec<String> {
    let mut commands = Vec::new();
    for block in guide.split("```sh\n").skip(1) {
        let block = block.split("```").next().expect("a block");
        let mut command = String::new();
        for line in block.lines() {
            command.push_str(line);
            // A body in quotes may go over several lines.
            if command.matches('\'').count() % 2 == 1 {
                command.push('\n');
            } else if !command.trim().is_empty() {
                commands.push(std::mem::take(&mut command));
            }
        }
    }
    commands
}

/// The words of a command as a shell splits them; what follows # is one word.
fn words(command: &str, variables: &BTreeMap<String, String>) -> Vec<String> {
    let (mut words, mut word, mut open) = (Vec::new(), None::<String>, None);
    let mut characters = command.chars().peekable();
    while let Some(character) = characters.next() {
        match (open, character) {
            (None, '#') if word.is_none() => {
                words.push(format!("#{}", characters.collect::<String>()));
                return words;
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (None, '\'' | '"') => {
                open = Some(character);
                word.get_or_insert_default();
            }
            (Some(quote), c) if c == quote => open = None,
            (None | Some('"'), '$') => {
                let mut name = String::new();
                while let Some(c) = characters.next_if(|c| c.is_ascii_alphanumeric()) {
                    name.push(c);
                }
                let value = variables
                    .get(&name)
                    .unwrap_or_else(|| panic!("${name} in {command}"));
                word.get_or_insert_default().push_str(value);
            }
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// The name, the command and the jq path of `NAME=$(command | jq -r .path)`.
fn captured(command: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = command.split_once("=$(")?;
    let (inner, path) = rest.strip_suffix(')')?.rsplit_once(" | jq -r ")?;
    Some((name, inner, path))
}

/// What curl would have been answered; `None` for no whole answer.
async fn curl(caller: &Caller, words: &[String]) -> Option<(u16, String)> {
    let (mut method, mut body, mut url, mut header) = (None, None, None, None);
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        match word.as_str() {
            "-X" => method = rest.next(),
            "-d" => body = rest.next(),
            "-H" => header = rest.next(),
            _ => url = Some(word),
        }
    }
    let method = method.map_or(if body.is_some() { "POST" } else { "GET" }, String::as_str);
    let url = url
        .expect("a URL")
        .replace("http://127.0.0.1:8911", &caller.running.base_url());
    let mut request = caller.http.request(method.parse().expect("a method"), url);
    if let Some((name, value)) = header.and_then(|header| header.split_once(": ")) {
        request = request.header(name, value);
    }
    if let Some(body) = body {
        request = request.body(body.clone());
    }
    let answer = request.send().await.ok()?;
    let status = answer.status().as_u16();
    Some((status, answer.text().await.ok()?))
}

#[tokio::test]
async fn every_curl_of_the_guide_is_answered_as_it_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let guide = std::fs::read_to_string(root.join("docs/sandbox.md")).expect("the guide");
    let caller = Caller::start(Options {
        listen: "127.0.0.1:0".parse().expect("an address"),
        state: None,
        seed: Some(root.join("docs/seed.yaml")),
        now: None,
    })
    .await;
    let mut variables = BTreeMap::new();
    let mut run = 0;
    for whole in commands(&guide) {
        let capture = captured(&whole);
        let command = capture.map_or(&*whole, |(_, command, _)| command);
        let words = words(command, &variables);
        let Some((first, rest)) = words.split_first() else {
            continue;
        };
        if let Some((name, value)) = first.split_once('=') {
            variables.insert(name.to_owned(), value.to_owned());
        }
        if first != "curl" {
            continue;
        }
        let (comment, rest) = match rest.split_last() {
            Some((last, rest)) if last.starts_with('#') => (Some(last[1..].trim()), rest),
            _ => (None, rest),
        };
        let answered = curl(&caller, rest).await;
        let (status, body) = match answered {
            Some((status, body)) => (Some(status), body),
            None => (None, String::new()),
        };
        // The comment is a status, or a text that a good answer contains.
        match comment.map(|comment| (comment, comment.parse().ok())) {
            Some(("no answer", _)) => assert_eq!(status, None, "{command}"),
            Some((_, Some(said))) => assert_eq!(status, Some(said), "{command}: {body}"),
            Some((word, None)) => {
                assert_eq!(status, Some(200), "{command}: {body}");
                // What was so is in the logs; the comment says what is.
                let mut now: Value = serde_json::from_str(&body).expect("json");
                now.as_object_mut().map(|map| map.remove("logs"));
                assert!(
                    now.to_string().contains(&format!("\"{word}\"")),
                    "{command}: {body} has no {word}"
                );
            }
            None => assert!(
                status.is_some_and(|status| (200..300).contains(&status)),
                "{status:?}: {command}: {body}"
            ),
        }
        if let Some((name, _, path)) = capture {
            let answer: Value = serde_json::from_str(&body).expect("json");
            let value = answer.pointer(&path.replace('.', "/"));
            let value = value.and_then(Value::as_str).expect("a value to keep");
            variables.insert(name.to_owned(), value.to_owned());
        }
        run += 1;
    }
    assert!(run >= 65, "only {run} commands were found");
}

#[test]
fn commands_are_split_as_a_shell_splits_them() {
    let variables = BTreeMap::from([("P".to_owned(), "http://h/p".to_owned())]);
    assert_eq!(
        words(
            r##"curl -H "a $P" $P/x -d '{"q": "#"}'  # 400"##,
            &variables
        ),
        [
            "curl",
            "-H",
            "a http://h/p",
            "http://h/p/x",
            "-d",
            r##"{"q": "#"}"##,
            "# 400"
        ]
    );
}
