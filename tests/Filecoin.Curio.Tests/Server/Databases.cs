using Npgsql;

namespace SealerRecover.Tests;

/// <summary>One server for all tests of an assembly, started for the first that needs it, and a database of its own for each.</summary>
public sealed class Databases : IAsyncLifetime
{
    private readonly SemaphoreSlim _one = new(1);
    private PostgresServer? _server;
    private int _made;

    /// <summary>A cluster's database with Curio's tables in it, empty. Skips the test where no server is installed.</summary>
    /// <param name="schema">Of which time.</param>
    public async Task<FakeCurio> CreateAsync(CurioSchema schema = CurioSchema.New) =>
        await FakeCurio.CreateAsync(await ServerAsync(), $"curio_{Interlocked.Increment(ref _made)}", schema, TestContext.Current.CancellationToken);

    /// <summary>Where a database with nothing in it is, with the password. Skips the test where no server is installed.</summary>
    public async Task<string> CreateEmptyAsync()
    {
        PostgresServer server = await ServerAsync();
        string name = $"empty_{Interlocked.Increment(ref _made)}";
        string root = $"postgres://{PostgresServer.User}:{Uri.EscapeDataString(PostgresServer.Password)}@127.0.0.1:{server.Port}/";
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder
            {
                Host = "127.0.0.1",
                Port = server.Port,
                Username = PostgresServer.User,
                Password = PostgresServer.Password,
                Database = "postgres",
                Pooling = false,
            });
        await using NpgsqlCommand command = source.CreateCommand($"CREATE DATABASE {name}");
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return root + name;
    }

    private async Task<PostgresServer> ServerAsync()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        await _one.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            return _server ??= await PostgresServer.StartAsync(TestContext.Current.CancellationToken);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _one.Dispose();
    }
}
