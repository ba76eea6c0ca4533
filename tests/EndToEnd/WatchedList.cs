using System.Diagnostics;
using Npgsql;

namespace EndToEnd;

/// <summary>A fleet's list, looked at past the program.</summary>
/// <param name="url">Of its database.</param>
/// <param name="socket">The folder of its server's unix socket, where no network leads there from here.</param>
internal sealed class WatchedList(string url, string? socket = null)
{
    /// <summary>Waits until at most so many sectors are not done.</summary>
    public async Task UntilLeftAsync(long most)
    {
        using CancellationTokenSource impatient = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        impatient.CancelAfter(TimeSpan.FromMinutes(VectorFiles.LongTests ? 15 : 4));
        try
        {
            while (await AskAsync("SELECT count(*)::text FROM sealer_recover_fleet.claims WHERE state <> 'done'") is var left && long.Parse(left[0], null) > most)
            {
                await Task.Delay(100, impatient.Token);
            }
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            Assert.Fail($"it does not come to {most} sectors:\n" + string.Join('\n', await AskAsync("SELECT c::text FROM (SELECT miner, number, state, worker, placed, generation, heard, not_before, outcome, exit_code, message FROM sealer_recover_fleet.claims WHERE state <> 'done') AS c")));
        }
    }

    /// <summary>Names of workers that have a sector, as soon as one has; none where that takes too long.</summary>
    public async Task<IReadOnlyList<string>> AtWorkAsync(TimeSpan most)
    {
        for (Stopwatch watch = Stopwatch.StartNew(); watch.Elapsed < most;)
        {
            if (await AskAsync("SELECT DISTINCT worker FROM sealer_recover_fleet.claims WHERE state = 'claimed' ORDER BY worker") is { Count: > 0 } names)
            {
                return names;
            }
        }

        return [];
    }

    /// <summary>How often sectors were taken, all together.</summary>
    public async Task<long> TakenAsync() => long.Parse((await AskAsync("SELECT sum(generation)::text FROM sealer_recover_fleet.claims"))[0], null);

    /// <summary>How many sectors were fetched from the worker that made them.</summary>
    public async Task<int> FetchedAsync() => (await AskAsync("SELECT DISTINCT claim::text FROM sealer_recover_fleet.events WHERE text LIKE '%to be fetched from%'")).Count;

    /// <summary>Waits until so many workers have come.</summary>
    public Task UntilWorkersAsync(int count) => UntilAsync("SELECT name FROM sealer_recover_fleet.workers WHERE places IS NOT NULL", count);

    /// <summary>Waits until so many sectors wait to be fetched.</summary>
    public Task UntilMadeAsync(int count) => UntilAsync("SELECT number::text FROM sealer_recover_fleet.claims WHERE made_by IS NOT NULL", count);

    private async Task UntilAsync(string rows, int count)
    {
        using CancellationTokenSource impatient = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        impatient.CancelAfter(TimeSpan.FromMinutes(2));
        while ((await AskAsync(rows)).Count < count)
        {
            await Task.Delay(100, impatient.Token);
        }
    }

    /// <summary>All that it keeps of sectors.</summary>
    public async Task<string> TextAsync() => string.Join('\n', await AskAsync(
        "SELECT c::text FROM sealer_recover_fleet.claims AS c UNION ALL SELECT e::text FROM sealer_recover_fleet.events AS e"));

    /// <summary>The first column of a statement's rows, as text.</summary>
    private async Task<IReadOnlyList<string>> AskAsync(string statement)
    {
        Uri where = new(url);
        NpgsqlConnectionStringBuilder settings = new()
        {
            Host = socket ?? where.Host,
            Port = where.Port,
            Username = PostgresServer.User,
            Password = PostgresServer.Password,
            Database = where.AbsolutePath[1..],
            SslMode = SslMode.Disable,
            Pooling = false,
        };
        await using NpgsqlConnection connection = new(settings.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using NpgsqlCommand command = new(statement, connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        List<string> rows = [];
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            rows.Add(reader.GetString(0));
        }

        return rows;
    }
}
