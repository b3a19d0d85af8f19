//! Requests to the model: what each used and cost, and its answer.

use barograph_proto::otlp::KeyValue;

use super::calls::Subagent;
use super::recorder::{COST, TOKENS, Trace};
use super::{Session, Turn};
use crate::demo::dice::Dice;
use crate::demo::wire::{double, flag, int, list, text};

impl Session<'_> {
    /// One request to the model, up to the end of its answer. Calls start a moment before, while the answer streams.
    pub(super) fn ask_model(&mut self, turn: &mut Turn, stop_reason: &str, subagent: Option<&Subagent>) {
        if self.dice.chance(1) {
            self.overloaded(turn, subagent);
        }
        let started = self.now;
        let duration = self.dice.between((1_400, 14_000));
        let first_token = self.dice.between((400, 1_300));
        self.now += duration;
        turn.request_id = format!("req_{}", self.dice.hex::<12>());
        let tokens = Tokens::roll(self.dice);
        let model = self.setting.model();
        let cost = tokens.cost_micros(model);
        let mut attributes = vec![text("model", model)];
        attributes.extend(tokens.attributes(&[
            "input_tokens",
            "output_tokens",
            "cache_read_tokens",
            "cache_creation_tokens",
        ]));
        if !self.setting.version.is_old() {
            attributes
                .extend([int("cache_creation_5m_tokens", tokens.cache_creation), int("cache_creation_1h_tokens", 0)]);
        }
        attributes.extend([double("cost_usd", usd(cost)), int("cost_usd_micros", cost), int("duration_ms", duration)]);
        if !self.setting.version.is_old() {
            attributes.push(int("ttft_ms", first_token));
        }
        attributes.extend([
            text("request_id", turn.request_id.as_str()),
            text("speed", "normal"),
            text("query_source", self.query_source(subagent)),
            text("effort", self.setting.effort()),
        ]);
        if let Some(subagent) = subagent {
            attributes.extend([text("agent.name", "general-purpose"), text("agent_id", subagent.id.as_str())]);
        }
        self.recorder.event(self.now, "api_request", Some(turn.trace), attributes);
        self.count_tokens(model, &tokens, cost);
        let attributes = self.request_attributes(turn, &tokens, duration, first_token, stop_reason);
        let parent = subagent.map_or(turn.trace.span, |subagent| subagent.parent);
        let span = Trace { id: turn.trace.id, span: self.dice.bytes() };
        self.recorder.span("claude_code.llm_request", span, Some(parent), (started, self.now), attributes);
        if stop_reason == "end_turn" {
            self.answer(turn, model, subagent);
        }
    }

    /// A request that the provider turned down for good; the client asks anew.
    fn overloaded(&mut self, turn: &Turn, subagent: Option<&Subagent>) {
        let duration = self.dice.between((20, 900));
        self.now += duration;
        self.recorder.event(
            self.now,
            "api_error",
            Some(turn.trace),
            vec![
                text("model", self.setting.model()),
                text("error", "Repeated 529 Overloaded errors"),
                int("duration_ms", duration),
                int("attempt", 3),
                text("speed", "normal"),
                text("query_source", self.query_source(subagent)),
                text("effort", self.setting.effort()),
            ],
        );
        self.now += self.dice.between((900, 4_000));
    }

    fn query_source(&self, subagent: Option<&Subagent>) -> &'static str {
        subagent.map_or(self.setting.drive.query_source(), |_| "agent:builtin:general-purpose")
    }

    fn answer(&mut self, turn: &Turn, model: &str, subagent: Option<&Subagent>) {
        let answer = "Done: the change is in, the tests pass, and the pull request says why.";
        self.now += 1;
        let mut attributes = vec![
            int("response_length", 70),
            text("response", self.shown(answer)),
            text("request_id", turn.request_id.as_str()),
        ];
        if !self.setting.version.is_old() {
            attributes.push(text("message.uuid", self.dice.uuid()));
        }
        attributes.push(text("model", model));
        attributes.push(text("query_source", self.query_source(subagent)));
        if let Some(subagent) = subagent {
            attributes.push(text("agent_id", subagent.id.as_str()));
        }
        self.recorder.event(self.now, "assistant_response", Some(turn.trace), attributes);
    }

    fn count_tokens(&mut self, model: &str, tokens: &Tokens, cost: i64) {
        let by = || vec![text("model", model), text("query_source", "main"), text("effort", self.setting.effort())];
        self.recorder.count(self.now, &COST, by(), usd(cost));
        for (kind, amount) in tokens.kinds() {
            let mut attributes = by();
            attributes.push(text("type", kind));
            self.recorder.count(self.now, &TOKENS, attributes, f64::from(amount));
        }
    }

    fn request_attributes(
        &self,
        turn: &Turn,
        tokens: &Tokens,
        duration: i64,
        first_token: i64,
        stop_reason: &str,
    ) -> Vec<KeyValue> {
        let model = self.setting.model();
        let mut attributes = vec![
            text("span.type", "llm_request"),
            text("model", model),
            text("gen_ai.system", "anthropic"),
            text("gen_ai.request.model", model),
            text("llm_request.context", "interaction"),
            text("speed", "normal"),
        ];
        if !self.setting.version.is_old() {
            attributes.push(text("query_source_safe", self.setting.drive.query_source()));
        }
        attributes.push(int("duration_ms", duration));
        attributes.extend(tokens.attributes(&[
            "input_tokens",
            "output_tokens",
            "cache_read_tokens",
            "cache_creation_tokens",
        ]));
        attributes.extend([
            flag("success", true),
            int("attempt", 1),
            text("request_id", turn.request_id.as_str()),
            text("gen_ai.response.id", turn.request_id.as_str()),
            int("ttft_ms", first_token),
        ]);
        if !self.setting.version.is_old() {
            attributes.extend([int("first_content_ms", first_token + 2), text("effort", self.setting.effort())]);
        }
        attributes.extend([text("stop_reason", stop_reason), list("gen_ai.response.finish_reasons", &[stop_reason])]);
        attributes
    }
}

/// Millionths of a dollar as dollars. Exact to the micro for any cost below four billion of them.
fn usd(micros: i64) -> f64 {
    f64::from(u32::try_from(micros).unwrap_or(u32::MAX)) / 1e6
}

/// What a request used.
struct Tokens {
    input: i64,
    output: i64,
    cache_read: i64,
    cache_creation: i64,
}

impl Tokens {
    fn roll(dice: &mut Dice) -> Self {
        Self {
            input: dice.between((4, 2_400)),
            output: dice.between((60, 1_800)),
            cache_read: dice.between((12_000, 120_000)),
            cache_creation: dice.between((200, 9_000)),
        }
    }

    fn attributes(&self, names: &[&str; 4]) -> impl Iterator<Item = KeyValue> + use<> {
        let values = [self.input, self.output, self.cache_read, self.cache_creation];
        let attributes: Vec<KeyValue> = names.iter().zip(values).map(|(name, value)| int(name, value)).collect();
        attributes.into_iter()
    }

    fn kinds(&self) -> impl Iterator<Item = (&'static str, u32)> + use<> {
        let kinds = [
            ("input", self.input),
            ("output", self.output),
            ("cacheRead", self.cache_read),
            ("cacheCreation", self.cache_creation),
        ];
        kinds.into_iter().map(|(kind, amount)| (kind, u32::try_from(amount).unwrap_or(0)))
    }

    /// Millionths of a dollar, by list price for each million tokens: input, output, cache read, cache creation.
    fn cost_micros(&self, model: &str) -> i64 {
        let (input, output) = if model.contains("sonnet") { (3, 15) } else { (5, 25) };
        self.input * input + self.output * output + self.cache_read * input / 10 + self.cache_creation * input * 5 / 4
    }
}
