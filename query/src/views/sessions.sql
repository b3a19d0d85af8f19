-- `sessions`: one row per session, from its events.
SELECT
    tenant, session_id,
    max(agent) AS agent,
    max(agent_version) AS agent_version,
    min(event_time) AS first,
    max(event_time) AS last,
    count(*) AS events,
    count(DISTINCT prompt_id) AS prompts,
    count(*) FILTER (WHERE kind = 'decision') AS decisions,
    count(*) FILTER (WHERE kind = 'decision' AND decision = 'deny') AS denied,
    max(user_id) AS user_id,
    max(user_email) AS user_email,
    max(organization_id) AS organization_id,
    max(team) AS team,
    max(repo) AS repo,
    max(host) AS host,
    sum(cost_usd) AS cost_usd,
    sum(input_tokens) AS input_tokens,
    sum(output_tokens) AS output_tokens
FROM events
WHERE session_id IS NOT NULL
GROUP BY tenant, session_id
