namespace EndToEnd;

/// <summary>Sources that let nobody in as they were named: the run ends once, whatever the number of sectors.</summary>
public sealed class MisconfiguredSources(ParentCaches caches, Databases databases)
{
    [Theory]
    [InlineData("password", "does not let the user yugabyte in (password authentication failed for user \"yugabyte\")", "CURIO_DB_PASSWORD")]
    [InlineData("database", "has no database elsewhere", "CURIO_DB_NAME")]
    [InlineData("schema", "has no table of Curio's in the schema other", "schema")]
    [InlineData("grant", "does not let the user reader_NAME read sectors_meta_pieces in the schema curio", "GRANT SELECT ON curio.sectors_meta_pieces TO")]
    [InlineData("grants", "does not let the user reader_NAME read sectors_meta, sectors_meta_pieces, ", "GRANT USAGE ON SCHEMA curio")]
    [InlineData("column", "does not let the user reader_NAME read sectors_meta in the schema curio", "GRANT SELECT ON curio.sectors_meta TO")]
    public async Task A_Curio_that_is_named_wrongly_ends_the_run_once_with_2(string wrong, string sentence, string hint)
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        FakeSector[] sectors = forgetting.AddKinds();
        FakeCurio curio = await forgetting.CurioAsync(sectors);
        string reader = $"reader_{curio.Name}";
        string all = $"CREATE ROLE {reader} LOGIN PASSWORD 'wr0ng'; GRANT USAGE ON SCHEMA curio TO {reader}; GRANT SELECT ON ALL TABLES IN SCHEMA curio TO {reader}; ";
        string? rights = wrong switch
        {
            "grant" => all + $"REVOKE SELECT ON curio.sectors_meta_pieces FROM {reader}",
            "grants" => $"CREATE ROLE {reader} LOGIN PASSWORD 'wr0ng'",
            "column" => all + $"REVOKE SELECT ON curio.sectors_meta FROM {reader}; GRANT SELECT (sp_id, sector_num, ticket_value) ON curio.sectors_meta TO {reader}",
            _ => null,
        };
        if (rights is not null)
        {
            await curio.ExecuteAsync(rights, TestContext.Current.CancellationToken);
        }

        string password = Uri.EscapeDataString(PostgresServer.Password);
        string url = wrong switch
        {
            "password" => curio.Url.Replace(password, "wr0ng", StringComparison.Ordinal),
            "database" => curio.Url.Replace($"/{curio.Name}", "/elsewhere", StringComparison.Ordinal),
            "schema" => curio.Url + "?schema=other",
            _ => curio.Url.Replace($"{PostgresServer.User}:{password}", $"{reader}:wr0ng", StringComparison.Ordinal),
        };
        string[] command = ["export", "--miner=f01000", $"--curio-db={url}", "1-8"];
        string expected = $"Curio's database cannot be asked as it was named: {(wrong is "database" or "schema" or "column" ? "" : curio.Host)}";
        Ended ended = await forgetting.Bench.RunAsync(command);

        AssertOnce(ended, sentence.Replace("NAME", curio.Name, StringComparison.Ordinal), hint);
        Assert.Contains(expected, ended.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(forgetting.Bench.Home, "sectors-recovery-*"));

        Ended json = await forgetting.Bench.RunAsync([.. command, "--json", "--verbose"]);
        Assert.Equal("bad_input", (string?)json.Report["failure"]!["exit_name"]);
        Assert.DoesNotContain("wr0ng", json.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(PostgresServer.Password, json.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tables_that_are_not_there_at_all_are_no_mistake()
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        FakeSector first = forgetting.AddFirst();
        FakeCurio curio = await forgetting.CurioAsync([first]);
        await curio.ExecuteAsync("DROP TABLE curio.sectors_snap_initial_pieces", TestContext.Current.CancellationToken);
        forgetting.Node.KeepHeadersOnly();
        Ended ended = await forgetting.Bench.RunAsync("export", "--miner=f01000", $"--curio-db={curio.Url}", "1");
        Assert.True(ended.Code == 0, ended.ToString());
    }

    [Fact]
    public async Task A_server_without_TLS_where_TLS_is_demanded_ends_the_run_once_with_2()
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        forgetting.AddKinds();
        using PlainServer plain = new();
        Ended ended = await forgetting.Bench.RunAsync("export", "--miner=f01000", $"--curio-db=postgres://u:wr0ng@127.0.0.1:{plain.Port}/d?sslmode=require", "1-8");
        AssertOnce(ended, $"127.0.0.1:{plain.Port} offers no TLS, which the sslmode that was given demands", "choose another sslmode");
        Assert.DoesNotContain("wr0ng", ended.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_lotus_miner_whose_token_is_wrong_or_missing_ends_the_run_once_with_2(bool isGiven)
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        forgetting.AddKinds();
        FakeLotusMiner lotusMiner = forgetting.Keep(await FakeLotusMiner.StartAsync(forgetting.Chain, forgetting.Miner, token: "s3cr3t"));
        lotusMiner.RequireToken = true;
        string info = lotusMiner.ApiInfo.Replace("s3cr3t:", isGiven ? "wr0ng:" : "", StringComparison.Ordinal);
        Ended ended = await forgetting.Bench.RunAsync("export", "--miner=f01000", $"--miner-api-info={info}", "1-8");
        AssertOnce(ended, isGiven ? "refused the token (HTTP 401)" : "wants a token and none was given (HTTP 401)", "lotus-miner auth api-info --perm read");
        Assert.DoesNotContain("wr0ng", ended.ToString(), StringComparison.Ordinal);
    }

    private static void AssertOnce(Ended ended, string sentence, string hint)
    {
        Assert.True(ended.Code == 2, ended.ToString());
        string all = ended.Output + ended.Error;
        int at = all.IndexOf(sentence, StringComparison.Ordinal);
        Assert.True(at >= 0, ended.ToString());
        Assert.Equal(-1, all.IndexOf(sentence, at + 1, StringComparison.Ordinal));
        Assert.Contains($"hint: ", ended.Error, StringComparison.Ordinal);
        Assert.Contains(hint, ended.Error, StringComparison.Ordinal);
    }
}
