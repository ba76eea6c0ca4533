namespace SealerRecover.Tests;

/// <summary>Where Curio keeps the messages that it sent, as of <see cref="CurioSchema.New"/>.</summary>
internal static class CurioMessageTables
{
    internal const string Statements =
        """
        CREATE TABLE curio.message_sends (
            from_key text NOT NULL, to_addr text NOT NULL, send_reason text NOT NULL, send_task_id bigint NOT NULL,
            unsigned_data bytea NOT NULL, unsigned_cid text NOT NULL,
            nonce bigint, signed_data bytea, signed_json jsonb, signed_cid text,
            send_time timestamptz, send_success boolean, send_error text,
            CONSTRAINT message_sends_pk PRIMARY KEY (send_task_id, from_key));
        CREATE UNIQUE INDEX message_sends_success_index ON curio.message_sends (from_key, nonce) WHERE send_success IS NOT FALSE;
        CREATE TABLE curio.message_waits (
            signed_message_cid text PRIMARY KEY, waiter_machine_id int,
            executed_tsk_cid text, executed_tsk_epoch bigint, executed_msg_cid text, executed_msg_data jsonb,
            executed_rcpt_exitcode bigint, executed_rcpt_return bytea, executed_rcpt_gas_used bigint,
            created_at timestamptz NOT NULL DEFAULT current_timestamp);
        CREATE TABLE curio.message_send_replacements (
            id bigserial PRIMARY KEY, from_key text NOT NULL, nonce bigint NOT NULL,
            original_signed_cid text NOT NULL, replaces_signed_cid text NOT NULL,
            claim_id text NOT NULL, claim_time timestamptz NOT NULL DEFAULT current_timestamp,
            claim_until timestamptz NOT NULL DEFAULT current_timestamp + interval '5 minutes',
            signed_cid text, signed_data bytea, send_time timestamptz, send_success boolean, send_error text);
        CREATE UNIQUE INDEX message_send_replacements_claim_idx ON curio.message_send_replacements (from_key, nonce, replaces_signed_cid)
            WHERE send_success IS NOT FALSE;

        """;
}
