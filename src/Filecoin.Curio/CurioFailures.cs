using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using Filecoin.Chain.Sources;
using Filecoin.Primitives;
using Npgsql;

namespace Filecoin.Curio;

/// <summary>Puts what went wrong with a database into a sentence that names the host, and never a password.</summary>
internal static class CurioFailures
{
    private const int LongestWords = 160;

    /// <summary>How the driver begins what it throws where the server answers that it has no TLS; it has no type for that.</summary>
    private const string NoTls = "SSL connection requested";

    /// <summary>Whether it is what the driver says of servers and networks, or throws at answers that break the protocol.</summary>
    internal static bool IsOfServer(Exception error) => error is NpgsqlException or SocketException or TimeoutException or IOException
        or AuthenticationException or CryptographicException
        or FormatException or InvalidCastException or ArgumentException or OverflowException or NotSupportedException or InvalidOperationException
        or KeyNotFoundException or IndexOutOfRangeException

        // Of a message that has no place where it came the driver throws nothing more special.
        || error.GetType() == typeof(Exception);

    /// <summary>Whether another host of the cluster may do better.</summary>
    internal static bool IsOfHost(Exception error) => error switch
    {
        // Connection exceptions, too many connections, starting up or shutting down.
        PostgresException said => said.SqlState.StartsWith("08", StringComparison.Ordinal) || said.SqlState == PostgresErrorCodes.TooManyConnections
            || said.SqlState.StartsWith("57P", StringComparison.Ordinal),
        _ => true,
    };

    /// <summary>
    /// Whether the same statement may succeed when it is sent again: YugabyteDB asks a reader to begin anew when clocks of its nodes differ.
    /// </summary>
    internal static bool IsOfMoment(Exception error) =>
        error is PostgresException { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected };

    /// <summary>The failure.</summary>
    /// <param name="connection">What was connected to.</param>
    /// <param name="host">Where.</param>
    /// <param name="error">What the driver says.</param>
    /// <param name="timeout">How long was waited for a statement.</param>
    internal static OperatorException Of(CurioConnection connection, DatabaseHost host, Exception error, TimeSpan timeout) => error switch
    {
        PostgresException said => Said(connection, host, said, timeout),
        _ when Innermost<SocketException>(error) is { } socket => Silent(host, Words(socket.Message), error),
        _ when Innermost<AuthenticationException>(error) is { } tls => new OperatorException(
            FailureKind.NodeUnreachable,
            $"{host} offers no TLS that can be trusted ({Words(tls.Message)})",
            $"Name the authority's certificate with sslrootcert, or choose another sslmode in {Setting.CurioDatabase}.",
            error),
        NpgsqlException when error.Message.StartsWith(NoTls, StringComparison.Ordinal) => new SourceMisconfiguredException(
            $"{host} offers no TLS, which the sslmode that was given demands ({Words(error.Message)})",
            $"Turn TLS on at the server, or choose another sslmode in {Setting.CurioDatabase}: Curio's own default is disable.",
            error),
        _ when Innermost<TimeoutException>(error) is not null => Silent(host, "it did not answer in time", error),
        NpgsqlException or IOException => Silent(host, Words(error.Message), error),
        _ => new OperatorException(
            FailureKind.BadInput,
            $"{host} answers what cannot be read ({Words(error.Message)})",
            "check that it is Curio's database: CURIO_DB_HOST, CURIO_DB_PORT",
            error),
    };

    /// <summary>Tables that are there and may not be read: without them facts would be missing and nobody would know.</summary>
    internal static SourceMisconfiguredException Denied(CurioConnection connection, DatabaseHost host, IReadOnlyCollection<string> tables) => new(
        $"{host} does not let the user {connection.User} read {string.Join(", ", tables)} in the schema {connection.Schema}",
        $"use the user that Curio uses, or as the owner: GRANT USAGE ON SCHEMA {connection.Schema} TO \"{connection.User}\"; "
            + $"GRANT SELECT ON {string.Join(", ", tables.Select(table => $"{connection.Schema}.{table}"))} TO \"{connection.User}\".");

    /// <summary>What all hosts of a cluster failed with.</summary>
    internal static OperatorException OfAll(IReadOnlyList<OperatorException> failures)
    {
        string message = string.Join("; ", failures.Select(failure => failure.Message));
        return failures.All(failure => failure is SourceMisconfiguredException)
            ? new SourceMisconfiguredException(message, failures[0].Hint, failures[0])
            : new OperatorException(failures[0].Kind, message, failures[0].Hint, failures[0]);
    }

    private static OperatorException Said(CurioConnection connection, DatabaseHost host, PostgresException said, TimeSpan timeout)
    {
        string words = Words(said.MessageText);
        return said.SqlState switch
        {
            PostgresErrorCodes.InvalidAuthorizationSpecification when words.Contains("no encryption", StringComparison.OrdinalIgnoreCase) => Wrong(
                $"{host} lets the user {connection.User} in with TLS only ({words})", $"Add sslmode=require to {Setting.CurioDatabase}."),
            PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification => Wrong(
                $"{host} does not let the user {connection.User} in ({words})",
                "set CURIO_DB_USER and CURIO_DB_PASSWORD to what Curio itself uses; they stand in its curio.env"),
            PostgresErrorCodes.InvalidCatalogName => Wrong(
                $"{host} has no database {connection.Database}", "set CURIO_DB_NAME to what Curio itself uses; Curio's default is yugabyte"),
            PostgresErrorCodes.InsufficientPrivilege => Wrong(
                $"{host} does not let the user {connection.User} read Curio's tables ({words})", "use the user that Curio uses, or grant SELECT on them"),
            PostgresErrorCodes.QueryCanceled => new OperatorException(
                FailureKind.NodeUnreachable,
                $"{host} did not answer a query within {timeout.TotalSeconds:0} s",
                $"Give it longer with {Setting.NodeTimeout}, or name another node of the cluster.",
                said),
            _ when IsOfHost(said) => Silent(host, words, said),
            _ => new OperatorException(
                FailureKind.BadInput,
                $"{host} refuses to answer ({words}, {Words(said.SqlState)})",
                $"{Setting.Verbose} shows more; check that it is Curio's database.",
                said),
        };

        SourceMisconfiguredException Wrong(string sentence, Hint hint) => new(sentence, hint, said);
    }

    private static OperatorException Silent(DatabaseHost host, string why, Exception error) => new(
        FailureKind.NodeUnreachable,
        $"{host} is not reachable ({why})",
        "check CURIO_DB_HOST and CURIO_DB_PORT (Curio's default is 5433), and that this machine may connect there",
        error);

    private static T? Innermost<T>(Exception? error)
        where T : Exception
    {
        T? found = null;
        for (; error is not null; error = error.InnerException)
        {
            found = error as T ?? found;
        }

        return found;
    }

    private static string Words(string text) => SafeText.Line(text, LongestWords);
}
