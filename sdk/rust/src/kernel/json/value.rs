//! The tree of a payload, after the scan has found it flat enough.

use super::lexer::{Token, token};
use super::scan::integer;
use super::text::{unescape, unquote};

/// A value of the JSON that facts are written in: numbers are integers, members keep their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// An integer, |n| <= 2^53 - 1.
    Int(i64),
    /// A string without lone surrogates.
    Text(String),
    /// An array.
    List(Vec<Value>),
    /// An object in the order of its text, no key twice.
    Object(Vec<(String, Value)>),
}

impl Value {
    /// The member of an object; `None` for a missing one and for any other value.
    pub fn get(&self, name: &str) -> Option<&Value> {
        let members = self.as_object()?;
        members.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The text of a string.
    pub fn as_text(&self) -> Option<&str> {
        if let Value::Text(text) = self { Some(text) } else { None }
    }

    /// An integer.
    pub fn as_int(&self) -> Option<i64> {
        if let Value::Int(int) = self { Some(*int) } else { None }
    }

    /// The items of an array.
    pub fn as_list(&self) -> Option<&[Value]> {
        if let Value::List(items) = self { Some(items) } else { None }
    }

    /// The members of an object.
    pub fn as_object(&self) -> Option<&[(String, Value)]> {
        if let Value::Object(members) = self { Some(members) } else { None }
    }
}

/// `text`: what `scan` took; anything else gives some value and no panic.
pub(super) fn build(text: &str) -> Value {
    read(text, &mut 0)
}

fn read(text: &str, at: &mut usize) -> Value {
    let Some((found, end)) = token(text.as_bytes(), *at) else { return Value::Null };
    let word = text.get(*at..end).unwrap_or_default();
    *at = end;
    match found {
        Token::Open(b'{') => Value::Object(read_items(text, at, |text, at| {
            let key = read(text, at);
            *at += 1;
            (key.as_text().unwrap_or_default().to_owned(), read(text, at))
        })),
        Token::Open(_) => Value::List(read_items(text, at, read)),
        Token::Text => Value::Text(unescape(unquote(word)).text),
        Token::Scalar => match word {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => integer(word).map_or(Value::Null, Value::Int),
        },
        Token::Close(_) | Token::Comma | Token::Colon => Value::Null,
    }
}

/// Items up to the closing bracket, of which `at` then stands behind.
fn read_items<T>(text: &str, at: &mut usize, item: fn(&str, &mut usize) -> T) -> Vec<T> {
    let mut items = Vec::new();
    while let Some((found, end)) = token(text.as_bytes(), *at) {
        match found {
            Token::Close(_) => {
                *at = end;
                break;
            }
            Token::Comma => *at = end,
            _ => items.push(item(text, at)),
        }
    }
    items
}
