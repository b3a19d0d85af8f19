-- `decisions`: one row per tool call about which a decision was sent, with everything else that was sent about it.
--
-- A call's parts arrive apart and in any order: the decision (an event, or for Copilot a span), the result, the wait and
-- call spans, our own permission_decision record, and what the session tells (interactive or not, the mode in force).
-- They are joined on the tool call's id; the wait span on the decision's own trace and span id.
WITH
-- Our own records, the latest of each call: a question that was put and later answered is two.
record AS (
    SELECT * FROM (
        SELECT
            *,
            row_number() OVER (
                PARTITION BY tenant, coalesce(tool_use_id, event_id) ORDER BY event_time DESC, event_id
            ) AS latest
        FROM events
        WHERE kind = 'permission_decision'
    )
    WHERE latest = 1
),
result AS (
    SELECT
        tenant, agent, tool_use_id,
        max(outcome) AS outcome,
        max(duration_ms) AS duration_ms,
        max(error_type) AS error_type,
        max(command) AS command,
        max(file_path) AS file_path,
        max(url) AS url,
        max(mcp_server) AS mcp_server,
        max(mcp_tool) AS mcp_tool
    FROM events
    WHERE kind = 'result' AND tool_use_id IS NOT NULL
    GROUP BY tenant, agent, tool_use_id
),
call_span AS (
    SELECT
        tenant, agent, tool_use_id,
        max(tool_name) AS tool_name,
        max(outcome) AS outcome,
        max(command) AS command,
        max(file_path) AS file_path,
        max(mcp_server) AS mcp_server,
        max(mcp_tool) AS mcp_tool
    FROM spans
    WHERE kind = 'result' AND tool_use_id IS NOT NULL
    GROUP BY tenant, agent, tool_use_id
),
wait_span AS (
    SELECT tenant, trace_id, span_id, max(wait_ms) AS wait_ms, max(decision) AS decision
    FROM spans
    WHERE kind = 'decision'
    GROUP BY tenant, trace_id, span_id
),
-- Whether a person sat at the agent's own prompt, as its requests tell, by session and by prompt: one session may go on
-- in a terminal and later headless.
interactivity AS (
    SELECT tenant, session_id, prompt_id, interactive FROM events WHERE interactive IS NOT NULL
    UNION ALL
    SELECT tenant, session_id, NULL AS prompt_id, interactive FROM spans WHERE interactive IS NOT NULL
),
of_prompt AS (
    SELECT tenant, session_id, prompt_id,
        CASE WHEN bool_and(interactive) = bool_or(interactive) THEN bool_or(interactive) END AS interactive
    FROM interactivity
    WHERE prompt_id IS NOT NULL
    GROUP BY tenant, session_id, prompt_id
),
of_session AS (
    SELECT tenant, session_id,
        CASE WHEN bool_and(interactive) = bool_or(interactive) THEN bool_or(interactive) END AS interactive
    FROM interactivity
    GROUP BY tenant, session_id
),
-- Sessions in which something answered that only an embedding program or a person can.
answered AS (
    SELECT DISTINCT tenant, session_id
    FROM events
    WHERE kind = 'decision' AND source IN ('user_temporary', 'user_abort')
),
-- Hooks that were asked a question, by the place of the event that follows them.
question_hook AS (
    SELECT DISTINCT tenant, session_id, prompt_id, sequence + 1 AS sequence
    FROM events
    WHERE kind = 'hook' AND event_name = 'hook_execution_complete' AND hook_event = 'PermissionRequest'
),
-- The mode from each of its changes to the next.
mode AS (
    SELECT tenant, session_id, permission_mode, event_time AS since,
        lead(event_time) OVER (PARTITION BY tenant, session_id ORDER BY event_time, sequence) AS until
    FROM events
    WHERE kind IN ('mode_change', 'session') AND permission_mode IS NOT NULL AND session_id IS NOT NULL
),
reported AS (
    SELECT
        event_id, tenant, event_time, received_time, agent, agent_version, event_name, session_id, prompt_id, tool_use_id,
        sequence, trace_id, span_id, agent_id, user_id, user_email, organization_id, team, repo, host, tool_name,
        tool_kind, mcp_server, mcp_tool, command, file_path, url, decision, attributes['decision'] AS decision_sent,
        source, permission_mode, outcome, duration_ms, error_type, interactive, classifier_verdict, wait_ms
    FROM events
    WHERE kind = 'decision'
    UNION ALL
    -- Copilot sends spans only; the question, where one was due, is a child of the call.
    SELECT
        execution.event_id, execution.tenant, execution.event_time, execution.received_time, execution.agent,
        execution.agent_version, execution.name, execution.session_id, execution.prompt_id, execution.tool_use_id,
        execution.sequence, question.trace_id, question.span_id, execution.agent_id, execution.user_id,
        execution.user_email, execution.organization_id, execution.team, execution.repo, execution.host,
        execution.tool_name, execution.tool_kind, execution.mcp_server, execution.mcp_tool, execution.command,
        execution.file_path, execution.url, execution.decision, NULL, question.source, execution.permission_mode,
        execution.outcome, execution.duration_ms, execution.error_type, execution.interactive, NULL, question.wait_ms
    FROM (SELECT * FROM spans WHERE agent = 'copilot' AND kind = 'result') execution
    LEFT JOIN (SELECT * FROM spans WHERE agent = 'copilot' AND kind = 'decision') question
        ON question.tenant = execution.tenant
        AND question.trace_id = execution.trace_id
        AND question.parent_span_id = execution.span_id
),
-- A reported call with our record of it, and the records of calls that nobody else reported. Two branches rather than a
-- full join, so that a time or a session asked for reaches the scans.
gathered AS (
    SELECT
        reported.event_id, reported.tenant, reported.event_time, reported.received_time, reported.agent,
        reported.agent_version, reported.event_name, reported.session_id, reported.prompt_id, reported.tool_use_id,
        reported.sequence, reported.agent_id, coalesce(reported.user_id, record.user_id) AS user_id,
        coalesce(reported.user_email, record.user_email) AS user_email,
        coalesce(reported.organization_id, record.organization_id) AS organization_id,
        coalesce(reported.team, record.team) AS team, coalesce(reported.repo, record.repo) AS repo,
        coalesce(reported.host, record.host) AS host, coalesce(reported.tool_name, record.tool_name) AS tool_name,
        coalesce(reported.tool_kind, record.tool_kind) AS tool_kind,
        coalesce(reported.mcp_server, record.mcp_server) AS mcp_server,
        coalesce(reported.mcp_tool, record.mcp_tool) AS mcp_tool,
        coalesce(reported.command, record.command) AS command,
        coalesce(reported.file_path, record.file_path) AS file_path, coalesce(reported.url, record.url) AS url,
        coalesce(reported.decision, record.decision) AS decision, coalesce(reported.source, record.source) AS source,
        coalesce(reported.permission_mode, record.permission_mode) AS permission_mode, reported.decision_sent,
        reported.outcome, reported.duration_ms, reported.error_type, reported.interactive,
        reported.classifier_verdict, reported.trace_id, reported.span_id, record.event_id IS NOT NULL AS recorded,
        record.decided_by AS told, coalesce(record.wait_ms, reported.wait_ms) AS wait_ms, record.rule,
        record.rule_scope, record.asked_at, record.answered_at, record.answered_by, record.boundary,
        record.why_it_matters, record.options, record.evidence
    FROM reported
    LEFT JOIN record ON record.tenant = reported.tenant AND record.tool_use_id = reported.tool_use_id
    UNION ALL
    SELECT
        record.event_id, record.tenant, record.event_time, record.received_time, record.agent, record.agent_version,
        record.event_name, record.session_id, record.prompt_id, record.tool_use_id, record.sequence, record.agent_id,
        record.user_id, record.user_email, record.organization_id, record.team, record.repo, record.host,
        record.tool_name, record.tool_kind, record.mcp_server, record.mcp_tool, record.command, record.file_path,
        record.url, record.decision, record.source, record.permission_mode, NULL AS decision_sent, record.outcome,
        record.duration_ms, record.error_type, record.interactive, NULL AS classifier_verdict, record.trace_id,
        record.span_id, true AS recorded, record.decided_by AS told, record.wait_ms, record.rule, record.rule_scope,
        record.asked_at, record.answered_at, record.answered_by, record.boundary, record.why_it_matters,
        record.options, record.evidence
    FROM record
    LEFT ANTI JOIN reported ON reported.tenant = record.tenant AND reported.tool_use_id = record.tool_use_id
),
joined AS (
    SELECT
        gathered.event_id, gathered.tenant, gathered.event_time, gathered.received_time, gathered.agent,
        gathered.agent_version, gathered.event_name, gathered.session_id, gathered.prompt_id, gathered.tool_use_id,
        gathered.sequence, gathered.agent_id, gathered.user_id, gathered.user_email, gathered.organization_id,
        gathered.team, gathered.repo, gathered.host,
        CASE
            WHEN gathered.tool_name IS NULL OR gathered.tool_name = 'mcp_tool'
            THEN coalesce(call_span.tool_name, gathered.tool_name)
            ELSE gathered.tool_name
        END AS tool_name,
        gathered.tool_kind,
        coalesce(gathered.mcp_server, result.mcp_server, call_span.mcp_server) AS mcp_server,
        coalesce(gathered.mcp_tool, result.mcp_tool, call_span.mcp_tool) AS mcp_tool,
        coalesce(gathered.command, result.command, call_span.command) AS command,
        coalesce(gathered.file_path, result.file_path, call_span.file_path) AS file_path,
        coalesce(gathered.url, result.url) AS url,
        gathered.decision, gathered.decision_sent, gathered.source,
        coalesce(gathered.permission_mode, mode.permission_mode) AS permission_mode,
        coalesce(
            gathered.outcome,
            CASE WHEN gathered.decision = 'deny' OR wait_span.decision = 'deny' THEN 'not_run' END,
            result.outcome,
            call_span.outcome
        ) AS outcome,
        coalesce(gathered.duration_ms, result.duration_ms) AS duration_ms,
        coalesce(gathered.error_type, result.error_type) AS error_type,
        coalesce(gathered.interactive, of_prompt.interactive, of_session.interactive) AS interactive,
        gathered.classifier_verdict,
        coalesce(gathered.wait_ms, wait_span.wait_ms) AS wait_ms,
        gathered.recorded, gathered.told, gathered.rule, gathered.rule_scope, gathered.asked_at, gathered.answered_at,
        gathered.answered_by, gathered.boundary, gathered.why_it_matters, gathered.options, gathered.evidence,
        question_hook.sequence IS NOT NULL AS question_hook,
        answered.session_id IS NOT NULL AS embedded
    FROM gathered
    LEFT JOIN result
        ON result.tenant = gathered.tenant AND result.agent = gathered.agent
        AND result.tool_use_id = gathered.tool_use_id
    LEFT JOIN call_span
        ON call_span.tenant = gathered.tenant AND call_span.agent = gathered.agent
        AND call_span.tool_use_id = gathered.tool_use_id
    LEFT JOIN wait_span
        ON wait_span.tenant = gathered.tenant AND wait_span.trace_id = gathered.trace_id
        AND wait_span.span_id = gathered.span_id
    LEFT JOIN of_prompt
        ON of_prompt.tenant = gathered.tenant AND of_prompt.session_id = gathered.session_id
        AND of_prompt.prompt_id = gathered.prompt_id
    LEFT JOIN of_session
        ON of_session.tenant = gathered.tenant AND of_session.session_id = gathered.session_id
    LEFT JOIN question_hook
        ON question_hook.tenant = gathered.tenant AND question_hook.session_id = gathered.session_id
        AND question_hook.prompt_id = gathered.prompt_id AND question_hook.sequence = gathered.sequence
    LEFT JOIN answered
        ON answered.tenant = gathered.tenant AND answered.session_id = gathered.session_id
    LEFT JOIN mode
        ON mode.tenant = gathered.tenant AND mode.session_id = gathered.session_id
        AND gathered.event_time >= mode.since
        AND (mode.until IS NULL OR gathered.event_time < mode.until)
),
attributed AS (
    SELECT
        *,
        attribution(
            agent, told, recorded, asked_at IS NOT NULL, decision, decision_sent, source, tool_kind, command,
            permission_mode, interactive, wait_ms, classifier_verdict, error_type,
            question_hook, embedded
        ) AS attribution
    FROM joined
)
SELECT
    event_id, tenant, event_time, received_time, agent, agent_version, event_name, session_id, prompt_id, tool_use_id,
    sequence, agent_id, user_id, user_email, organization_id, team, repo, host,
    tool_name, tool_kind, mcp_server, mcp_tool, command, file_path, url,
    command_head(tool_kind, command, file_path, url, mcp_server) AS command_head,
    decision, source,
    attribution['decided_by'] AS decided_by,
    attribution['decided_by_basis'] AS decided_by_basis,
    attribution['decided_by_reason'] AS decided_by_reason,
    attribution['asked'] AS asked,
    wait_ms, permission_mode, outcome, duration_ms, error_type, interactive, rule, rule_scope,
    asked_at, answered_at, answered_by, boundary, why_it_matters, options, evidence
FROM attributed
