namespace SealerRecover.Tests;

/// <summary>Where Curio keeps what stands on which disk, and where pieces came from, as of <see cref="CurioSchema.New"/>.</summary>
internal static class CurioPlaceTables
{
    internal const string Statements =
        """
        CREATE TABLE curio.storage_path (
            storage_id varchar PRIMARY KEY, urls varchar, weight bigint, max_storage bigint, can_seal boolean, can_store boolean,
            groups varchar, allow_to varchar, allow_types varchar, deny_types varchar,
            capacity bigint, available bigint, fs_available bigint, reserved bigint, used bigint,
            last_heartbeat timestamptz, heartbeat_err varchar, allow_miners varchar DEFAULT '', deny_miners varchar DEFAULT '');
        CREATE TABLE curio.sector_path_url_liveness (
            storage_id text REFERENCES curio.storage_path ON DELETE CASCADE, url text,
            last_checked timestamptz NOT NULL, last_live timestamptz, last_dead timestamptz, last_dead_reason text,
            PRIMARY KEY (storage_id, url));
        CREATE TABLE curio.sector_location (
            miner_id bigint, sector_num bigint, sector_filetype int, storage_id varchar, is_primary boolean,
            read_ts timestamptz, read_refs int NOT NULL DEFAULT 0, write_ts timestamptz, write_lock_owner varchar,
            CONSTRAINT sectorlocation_pk PRIMARY KEY (miner_id, sector_num, sector_filetype, storage_id));
        CREATE TABLE curio.parked_pieces (
            id bigserial PRIMARY KEY, created_at timestamptz DEFAULT current_timestamp,
            piece_cid text NOT NULL, piece_padded_size bigint NOT NULL, piece_raw_size bigint NOT NULL, complete boolean NOT NULL DEFAULT false,
            task_id bigint, cleanup_task_id bigint, long_term boolean NOT NULL DEFAULT false, skip boolean NOT NULL DEFAULT false,
            ref_count int NOT NULL DEFAULT 0,
            UNIQUE (piece_cid, piece_padded_size, long_term, cleanup_task_id));
        CREATE UNIQUE INDEX parked_pieces_active_piece_key ON curio.parked_pieces (piece_cid, piece_padded_size, long_term) WHERE cleanup_task_id IS NULL;
        CREATE TABLE curio.parked_piece_refs (
            ref_id bigserial PRIMARY KEY, piece_id bigint NOT NULL REFERENCES curio.parked_pieces ON DELETE CASCADE,
            data_url text, data_headers jsonb NOT NULL DEFAULT '{}', long_term boolean NOT NULL DEFAULT false);
        CREATE FUNCTION curio.count_refs() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            UPDATE curio.parked_pieces p SET ref_count = ref_count
                + CASE WHEN p.id = NEW.piece_id THEN 1 ELSE 0 END - CASE WHEN p.id = OLD.piece_id THEN 1 ELSE 0 END
                WHERE p.id IN (NEW.piece_id, OLD.piece_id);
            RETURN NULL;
        END $$;
        CREATE TRIGGER count_refs AFTER INSERT OR UPDATE OR DELETE ON curio.parked_piece_refs FOR EACH ROW EXECUTE FUNCTION curio.count_refs();
        CREATE TABLE curio.market_piece_deal (
            id text, boost_deal boolean NOT NULL, legacy_deal boolean NOT NULL DEFAULT false, chain_deal_id bigint NOT NULL DEFAULT 0,
            sp_id bigint, sector_num bigint NOT NULL, piece_offset bigint,
            piece_cid text, piece_length bigint, raw_size bigint NOT NULL, piece_ref bigint,
            PRIMARY KEY (id, sp_id, piece_cid, piece_length));
        CREATE UNIQUE INDEX market_piece_deal_piece_cid_id_uindex ON curio.market_piece_deal (piece_cid, id);
        CREATE TABLE curio.market_mk12_deals (
            uuid text UNIQUE, sp_id bigint, created_at timestamptz NOT NULL DEFAULT current_timestamp, signed_proposal_cid text UNIQUE,
            proposal_signature bytea NOT NULL, proposal jsonb NOT NULL, offline boolean NOT NULL, verified boolean NOT NULL,
            start_epoch bigint NOT NULL, end_epoch bigint NOT NULL, client_peer_id text NOT NULL,
            chain_deal_id bigint, publish_cid text, piece_cid text, piece_size bigint NOT NULL,
            fast_retrieval boolean NOT NULL, announce_to_ipni boolean NOT NULL,
            url text, url_headers jsonb NOT NULL DEFAULT '{}', error text, label bytea, proposal_cid text NOT NULL, raw_size bigint,
            PRIMARY KEY (uuid, sp_id, piece_cid, signed_proposal_cid));
        CREATE TABLE curio.market_mk20_deal (
            created_at timestamptz NOT NULL DEFAULT current_timestamp, id text PRIMARY KEY, client text NOT NULL, piece_cid_v2 text,
            data jsonb NOT NULL DEFAULT 'null', ddo_v1 jsonb NOT NULL DEFAULT 'null', retrieval_v1 jsonb NOT NULL DEFAULT 'null',
            pdp_v1 jsonb NOT NULL DEFAULT 'null');

        """;
}
