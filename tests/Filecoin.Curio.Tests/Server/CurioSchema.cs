namespace SealerRecover.Tests;

/// <summary>Curio's tables, as they were and as they are.</summary>
public enum CurioSchema
{
    /// <summary>April 2024 (curio harmony/harmonydb/sql, up to 20240425): no snap deals yet.</summary>
    Old,

    /// <summary>August 2026: curio e0294b0f, all migrations up to 20260811.</summary>
    New,
}

/// <summary>
/// The statements that make Curio's tables, of those that are read and of what acts upon them: every column, key, default and trigger that PostgreSQL
/// has of them once all migrations have run, written anew from that. Indexes stand here where they refuse rows. Columns that name tasks and machines
/// refer to nothing, since those tables are not made.
/// </summary>
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

    /// <summary>What became of these tables, and those of snap deals.</summary>
    private const string Newer =
        $"""
        CREATE TABLE curio.sectors_cc_values (reg_seal_proof int, cur_unsealed_cid text, PRIMARY KEY (reg_seal_proof, cur_unsealed_cid));
        ALTER TABLE curio.sectors_meta
            ADD expiration_epoch bigint, ADD is_cc boolean, ADD deadline bigint, ADD partition bigint, ADD target_unseal_state boolean,
            ADD min_claim_epoch bigint, ADD max_claim_epoch bigint, ADD has_sector_key boolean NOT NULL DEFAULT false,
            ADD is_live boolean NOT NULL DEFAULT true, ADD is_faulty boolean NOT NULL DEFAULT false;
        ALTER TABLE curio.sectors_meta_pieces ADD f05_deal_proposal jsonb;
        ALTER TABLE curio.sectors_sdr_pipeline
            ALTER create_time TYPE timestamptz,
            ADD task_id_tree_d bigint, ADD task_id_tree_c bigint, ADD after_tree_c boolean NOT NULL DEFAULT false, ADD task_id_tree_r bigint,
            ADD task_id_synth bigint, ADD after_synth boolean NOT NULL DEFAULT false,
            ADD task_id_precommit_msg bigint, ADD seed_value bytea,
            ADD task_id_porep bigint, ADD porep_proof bytea, ADD after_porep boolean NOT NULL DEFAULT false,
            ADD task_id_finalize bigint, ADD after_finalize boolean NOT NULL DEFAULT false,
            ADD task_id_move_storage bigint, ADD after_move_storage boolean NOT NULL DEFAULT false,
            ADD task_id_commit_msg bigint, ADD after_commit_msg boolean NOT NULL DEFAULT false, ADD commit_msg_tsk bytea,
            ADD failed_at timestamptz, ADD failed_reason varchar NOT NULL DEFAULT '', ADD failed_reason_msg text NOT NULL DEFAULT '',
            ADD user_sector_duration_epochs bigint, ADD start_epoch bigint, ADD precommit_ready_at timestamptz, ADD commit_ready_at timestamptz;
        ALTER TABLE curio.sectors_sdr_initial_pieces ADD created_at timestamptz NOT NULL DEFAULT current_timestamp;
        CREATE TABLE curio.sectors_snap_pipeline (
            sp_id bigint, sector_number bigint,
            start_time timestamp NOT NULL DEFAULT current_timestamp,
            upgrade_proof int NOT NULL,
            data_assigned boolean NOT NULL DEFAULT true,
            update_unsealed_cid text, update_sealed_cid text, task_id_encode bigint, after_encode boolean NOT NULL DEFAULT false,
            proof bytea, task_id_prove bigint, after_prove boolean NOT NULL DEFAULT false,
            prove_msg_cid text, task_id_submit bigint, after_submit boolean NOT NULL DEFAULT false,
            after_prove_msg_success boolean NOT NULL DEFAULT false, prove_msg_tsk bytea,
            task_id_move_storage bigint, after_move_storage boolean NOT NULL DEFAULT false,
            failed boolean NOT NULL DEFAULT false, failed_at timestamptz,
            failed_reason varchar NOT NULL DEFAULT '', failed_reason_msg text NOT NULL DEFAULT '',
            submit_after timestamptz, update_ready_at timestamptz,
            PRIMARY KEY (sp_id, sector_number),
            FOREIGN KEY (sp_id, sector_number) REFERENCES curio.sectors_meta);
        CREATE TABLE curio.sectors_snap_initial_pieces (
            sp_id bigint, sector_number bigint, created_at timestamptz NOT NULL, piece_index bigint,
            {Piece}
            {Source}
            direct_start_epoch bigint, direct_end_epoch bigint, direct_piece_activation_manifest jsonb,
            PRIMARY KEY (sp_id, sector_number, piece_index),
            FOREIGN KEY (sp_id, sector_number) REFERENCES curio.sectors_snap_pipeline ON DELETE CASCADE);

        """;

    /// <summary>Whether a sector is to be snapped, which Curio sets itself whenever its row, or that of its update, changes (20260407, 20260315).</summary>
    private const string CommittedCapacity =
        """
        CREATE FUNCTION curio.is_cc_of(sector curio.sectors_meta) RETURNS boolean LANGUAGE sql AS $$
            SELECT NOT sector.has_sector_key
                AND NOT EXISTS (SELECT FROM curio.sectors_snap_pipeline p WHERE (p.sp_id, p.sector_number) = (sector.sp_id, sector.sector_num))
                AND (sector.reg_seal_proof, sector.cur_unsealed_cid) IN (TABLE curio.sectors_cc_values)
        $$;
        CREATE FUNCTION curio.set_is_cc() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.is_cc := curio.is_cc_of(NEW); RETURN NEW; END $$;
        CREATE FUNCTION curio.touch_is_cc() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            UPDATE curio.sectors_meta s SET is_cc = NULL
                WHERE (sp_id, sector_num) IN ((OLD.sp_id, OLD.sector_number), (NEW.sp_id, NEW.sector_number));
            RETURN NULL;
        END $$;
        CREATE TRIGGER set_is_cc BEFORE INSERT OR UPDATE ON curio.sectors_meta FOR EACH ROW EXECUTE FUNCTION curio.set_is_cc();
        CREATE TRIGGER touch_is_cc AFTER INSERT OR UPDATE OR DELETE ON curio.sectors_snap_pipeline FOR EACH ROW EXECUTE FUNCTION curio.touch_is_cc();

        """;

    internal static string Of(CurioSchema schema) =>
        schema == CurioSchema.Old ? Both : Both + Newer + CommittedCapacity + CurioMessageTables.Statements + CurioPlaceTables.Statements;
}
