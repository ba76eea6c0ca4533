using System.Data;
using System.Globalization;
using Filecoin.Primitives;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Filecoin.Curio;

/// <summary>The nodes of a cluster, asked one after the other, each in one read-only transaction of one snapshot with bounded statements.</summary>
/// <param name="connection">Where.</param>
/// <param name="timeout">How long one statement may take; whole seconds.</param>
/// <param name="log">Told of every failure.</param>
internal sealed class CurioHosts(CurioConnection connection, TimeSpan timeout, ILogger log)
{
    /// <summary>How often the same host is asked again when it says that it was only bad luck.</summary>
    private const int MostTries = 4;

    /// <summary>What the first host says that answers.</summary>
    /// <param name="ask">Reads within the transaction.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="OperatorException">NodeUnreachable or BadInput, naming the host or all of them.</exception>
    internal async Task<T> AskAsync<T>(Func<NpgsqlConnection, DatabaseHost, Task<T>> ask, CancellationToken cancellation)
    {
        List<OperatorException> failures = [];
        foreach (DatabaseHost host in connection.Hosts)
        {
            for (int tries = 1; ; tries++)
            {
                try
                {
                    return await AskAsync(host, ask, cancellation).ConfigureAwait(false);
                }
                catch (Exception error) when (CurioFailures.IsOfMoment(error) && tries < MostTries)
                {
                    log.LogDebug("{Host} asks to be asked again: {Message}", host, error.Message);
                }
                catch (Exception error) when (CurioFailures.IsOfServer(error))
                {
                    log.LogDebug(error, "{Host} failed", host);
                    failures.Add(CurioFailures.Of(connection, host, error, timeout));
                    if (!CurioFailures.IsOfHost(error))
                    {
                        throw failures[^1];
                    }

                    break;
                }
            }
        }

        throw failures.Count == 1 ? failures[0] : CurioFailures.OfAll(failures);
    }

    private async Task<T> AskAsync<T>(DatabaseHost host, Func<NpgsqlConnection, DatabaseHost, Task<T>> ask, CancellationToken cancellation)
    {
        await using NpgsqlDataSource source = connection.To(host, timeout);
        await using NpgsqlConnection open = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);

        // One snapshot: a sector moves from one table to another while it is sealed, and must not be missed between two queries.
        await using NpgsqlTransaction transaction = await open.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation).ConfigureAwait(false);
        await using (NpgsqlBatch begin = open.CreateBatch())
        {
            begin.BatchCommands.Add(new NpgsqlBatchCommand("SET TRANSACTION READ ONLY"));
            begin.BatchCommands.Add(new NpgsqlBatchCommand(
                string.Create(CultureInfo.InvariantCulture, $"SET LOCAL statement_timeout = {(long)timeout.TotalMilliseconds}")));
            await begin.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        }

        T answer = await ask(open, host).ConfigureAwait(false);
        await transaction.RollbackAsync(cancellation).ConfigureAwait(false);
        return answer;
    }
}
