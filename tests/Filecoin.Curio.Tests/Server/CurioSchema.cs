namespace SealerRecover.Tests;

/// <summary>Curio's tables, as they were and as they are.</summary>
public enum CurioSchema
{
    /// <summary>April 2024 (curio harmony/harmonydb/sql, up to 20240425): no snap deals yet.</summary>
    Old,

    /// <summary>July 2026 (up to 20260612).</summary>
    New,
}

/// <summary>The statements that make the tables, of those that tell how sectors were sealed; written anew from the columns they have.</summary>
internal static class CurioTableStatements
{
    private const string Piece =
        """
        piece_cid text NOT NULL,
        piece_size bigint NOT NULL,
        """;

    private const string Source =
        """
        data_url text NOT NULL,
        data_headers jsonb NOT NULL DEFAULT '{}',
        data_raw_size bigint NOT NULL,
        data_delete_on_finalize boolean NOT NULL,
        """;

    private const string Both =
        $"""
        CREATE SCHEMA curio;
        CREATE TABLE curio.sectors_meta (
            sp_id bigint, sector_num bigint,
            reg_seal_proof int NOT NULL,
            ticket_epoch bigint NOT NULL, ticket_value bytea NOT NULL,
            orig_sealed_cid text NOT NULL, orig_unsealed_cid text NOT NULL,
            cur_sealed_cid text NOT NULL, cur_unsealed_cid text NOT NULL,
            msg_cid_precommit text, msg_cid_commit text, msg_cid_update text,
            seed_epoch bigint NOT NULL, seed_value bytea NOT NULL,
            PRIMARY KEY (sp_id, sector_num));
        CREATE TABLE curio.sectors_meta_pieces (
            sp_id bigint, sector_num bigint, piece_num bigint,
            {Piece}
            requested_keep_data boolean NOT NULL, raw_data_size bigint,
            start_epoch bigint, orig_end_epoch bigint, f05_deal_id bigint, ddo_pam jsonb,
            PRIMARY KEY (sp_id, sector_num, piece_num),
            FOREIGN KEY (sp_id, sector_num) REFERENCES curio.sectors_meta ON DELETE CASCADE);
        CREATE TABLE curio.sectors_sdr_pipeline (
            sp_id bigint, sector_number bigint,
            create_time timestamp NOT NULL DEFAULT current_timestamp,
            reg_seal_proof int NOT NULL,
            ticket_epoch bigint, ticket_value bytea,
            task_id_sdr bigint, after_sdr boolean NOT NULL DEFAULT false,
            tree_d_cid text, after_tree_d boolean NOT NULL DEFAULT false,
            tree_r_cid text, after_tree_r boolean NOT NULL DEFAULT false,
            precommit_msg_cid text, after_precommit_msg boolean NOT NULL DEFAULT false,
            seed_epoch bigint, precommit_msg_tsk bytea, after_precommit_msg_success boolean NOT NULL DEFAULT false,
            commit_msg_cid text, after_commit_msg_success boolean NOT NULL DEFAULT false,
            failed boolean NOT NULL DEFAULT false,
            PRIMARY KEY (sp_id, sector_number));
        CREATE TABLE curio.sectors_sdr_initial_pieces (
            sp_id bigint, sector_number bigint, piece_index bigint,
            {Piece}
            {Source}
            f05_publish_cid text, f05_deal_id bigint, f05_deal_proposal jsonb, f05_deal_start_epoch bigint, f05_deal_end_epoch bigint,
            direct_start_epoch bigint, direct_end_epoch bigint, direct_piece_activation_manifest jsonb,
            PRIMARY KEY (sp_id, sector_number, piece_index),
            FOREIGN KEY (sp_id, sector_number) REFERENCES curio.sectors_sdr_pipeline ON DELETE CASCADE);

        """;

    private const string Newer =
        $"""
        ALTER TABLE curio.sectors_meta
            ADD expiration_epoch bigint, ADD is_cc boolean, ADD deadline bigint, ADD partition bigint, ADD target_unseal_state boolean,
            ADD min_claim_epoch bigint, ADD max_claim_epoch bigint, ADD has_sector_key boolean NOT NULL DEFAULT false,
            ADD is_live boolean NOT NULL DEFAULT true, ADD is_faulty boolean NOT NULL DEFAULT false;
        ALTER TABLE curio.sectors_meta_pieces ADD f05_deal_proposal jsonb;
        ALTER TABLE curio.sectors_sdr_pipeline
            ADD after_synth boolean NOT NULL DEFAULT false, ADD user_sector_duration_epochs bigint, ADD start_epoch bigint,
            ADD precommit_ready_at timestamptz, ADD commit_ready_at timestamptz;
        CREATE TABLE curio.sectors_snap_pipeline (
            sp_id bigint, sector_number bigint,
            start_time timestamptz NOT NULL DEFAULT current_timestamp,
            upgrade_proof int NOT NULL,
            data_assigned boolean NOT NULL DEFAULT true,
            update_unsealed_cid text, update_sealed_cid text, after_encode boolean NOT NULL DEFAULT false,
            proof bytea, after_prove boolean NOT NULL DEFAULT false,
            prove_msg_cid text, after_submit boolean NOT NULL DEFAULT false, after_prove_msg_success boolean NOT NULL DEFAULT false,
            failed boolean NOT NULL DEFAULT false,
            PRIMARY KEY (sp_id, sector_number),
            FOREIGN KEY (sp_id, sector_number) REFERENCES curio.sectors_meta);
        CREATE TABLE curio.sectors_snap_initial_pieces (
            sp_id bigint, sector_number bigint, created_at timestamptz NOT NULL DEFAULT current_timestamp, piece_index bigint,
            {Piece}
            {Source}
            direct_start_epoch bigint, direct_end_epoch bigint, direct_piece_activation_manifest jsonb,
            PRIMARY KEY (sp_id, sector_number, piece_index),
            FOREIGN KEY (sp_id, sector_number) REFERENCES curio.sectors_snap_pipeline ON DELETE CASCADE);
        """;

    internal static string Of(CurioSchema schema) => schema == CurioSchema.Old ? Both : Both + Newer;
}
