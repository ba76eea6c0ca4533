namespace SealerRecover.Fleet.Database;

/// <summary>
/// The tables of a fleet. Made by whoever sets it up; nothing is made or altered while it runs. What is there already stays: preparing a database
/// twice changes nothing, and one that an older build prepared gets what is new.
/// </summary>
public static class FleetSchema
{
    private const string Statements = $"""
        CREATE SCHEMA IF NOT EXISTS {FleetDatabase.Schema};
        CREATE TABLE IF NOT EXISTS {FleetDatabase.Schema}.claims (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            miner bigint NOT NULL,
            number bigint NOT NULL,
            form int NOT NULL,
            job text NOT NULL,
            kind text NOT NULL,
            place text,
            priority int NOT NULL DEFAULT 0,
            due timestamptz,
            paused boolean NOT NULL DEFAULT false,
            state text NOT NULL DEFAULT 'queued',
            generation bigint NOT NULL DEFAULT 0,
            worker text,
            placed boolean NOT NULL DEFAULT false,
            submitted timestamptz NOT NULL DEFAULT now(),
            since timestamptz NOT NULL DEFAULT now(),
            heard timestamptz NOT NULL DEFAULT now(),
            not_before timestamptz,
            phase text,
            step int,
            steps int,
            fraction double precision,
            outcome text,
            exit_code int,
            message text,
            UNIQUE (miner, number));
        CREATE INDEX IF NOT EXISTS claims_open ON {FleetDatabase.Schema}.claims (priority DESC, due, number) WHERE state IN ('queued', 'claimed');
        CREATE TABLE IF NOT EXISTS {FleetDatabase.Schema}.workers (
            name text PRIMARY KEY,
            since timestamptz NOT NULL DEFAULT now(),
            heard timestamptz NOT NULL DEFAULT now(),
            form int NOT NULL,
            draining boolean NOT NULL DEFAULT false,
            ended boolean NOT NULL DEFAULT false,
            note text);
        ALTER TABLE {FleetDatabase.Schema}.claims
            ADD COLUMN IF NOT EXISTS size bigint,
            ADD COLUMN IF NOT EXISTS deadline int,
            ADD COLUMN IF NOT EXISTS partition int,
            ADD COLUMN IF NOT EXISTS fault_end timestamptz,
            ADD COLUMN IF NOT EXISTS per_day numeric,
            ADD COLUMN IF NOT EXISTS termination numeric,
            ADD COLUMN IF NOT EXISTS debt text,
            ADD COLUMN IF NOT EXISTS rate double precision,
            ADD COLUMN IF NOT EXISTS unit text,
            ADD COLUMN IF NOT EXISTS moved timestamptz;
        ALTER TABLE {FleetDatabase.Schema}.workers ADD COLUMN IF NOT EXISTS about text, ADD COLUMN IF NOT EXISTS instance text;
        CREATE TABLE IF NOT EXISTS {FleetDatabase.Schema}.events (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            claim bigint NOT NULL,
            at timestamptz NOT NULL DEFAULT now(),
            worker text,
            text text NOT NULL,
            step text,
            seconds double precision);
        CREATE TABLE IF NOT EXISTS {FleetDatabase.Schema}.checks (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            miner bigint NOT NULL,
            kind text NOT NULL,
            place text NOT NULL,
            part text NOT NULL,
            deadline int,
            partition int,
            form int NOT NULL,
            job text NOT NULL,
            priority int NOT NULL DEFAULT 0,
            state text NOT NULL DEFAULT 'queued',
            generation bigint NOT NULL DEFAULT 0,
            worker text,
            submitted timestamptz NOT NULL DEFAULT now(),
            since timestamptz NOT NULL DEFAULT now(),
            heard timestamptz NOT NULL DEFAULT now(),
            done int NOT NULL DEFAULT 0,
            total int NOT NULL,
            report text,
            message text,
            UNIQUE (miner, kind, place, part));
        ALTER TABLE {FleetDatabase.Schema}.claims ADD COLUMN IF NOT EXISTS made_by text, ADD COLUMN IF NOT EXISTS made_at text;
        ALTER TABLE {FleetDatabase.Schema}.workers ADD COLUMN IF NOT EXISTS places text[];
        ALTER TABLE {FleetDatabase.Schema}.checks ADD COLUMN IF NOT EXISTS paused boolean NOT NULL DEFAULT false, ADD COLUMN IF NOT EXISTS exit_code int;
        ALTER TABLE {FleetDatabase.Schema}.checks
            ADD COLUMN IF NOT EXISTS quick boolean NOT NULL DEFAULT false, ADD COLUMN IF NOT EXISTS deep boolean NOT NULL DEFAULT false, ADD COLUMN IF NOT EXISTS sample int;
        CREATE INDEX IF NOT EXISTS events_claim ON {FleetDatabase.Schema}.events (claim, id);
        """;

    /// <summary>Makes what is missing.</summary>
    /// <exception cref="Filecoin.Primitives.OperatorException">The database does not answer, or does not let the user make a schema.</exception>
    public static void Prepare(FleetDatabase database)
    {
        ArgumentNullException.ThrowIfNull(database);
        database.Send(Statements);
    }
}
