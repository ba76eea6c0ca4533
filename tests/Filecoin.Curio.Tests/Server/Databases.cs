namespace SealerRecover.Tests;

/// <summary>One server for all tests of an assembly, started for the first that needs it, and a database of its own for each.</summary>
public sealed class Databases : IAsyncLifetime
{
    private readonly SemaphoreSlim _one = new(1);
    private PostgresServer? _server;
    private int _made;

    /// <summary>A cluster's database with Curio's tables in it, empty. Skips the test where no server is installed.</summary>
    /// <param name="schema">Of which time.</param>
    public async Task<FakeCurio> CreateAsync(CurioSchema schema = CurioSchema.New)
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        PostgresServer server;
        await _one.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            server = _server ??= await PostgresServer.StartAsync(TestContext.Current.CancellationToken);
        }
        finally
        {
            _one.Release();
        }

        return await FakeCurio.CreateAsync(server, $"curio_{Interlocked.Increment(ref _made)}", schema, TestContext.Current.CancellationToken);
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
