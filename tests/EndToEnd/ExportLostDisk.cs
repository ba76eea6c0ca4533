using System.Text.Json.Nodes;

namespace EndToEnd;

/// <summary>export --lost-on: the sectors of a disk that is gone, while Curio knows them and afterwards.</summary>
public sealed class ExportLostDisk(ParentCaches caches, Databases databases)
{
    private const string Lost = "d4c90169-e52c-407f-a75e-fbec975c72f3";
    private const string Beside = "11111111-aaaa-4bbb-8ccc-222222222222";
    private const string Elsewhere = "99999999-aaaa-4bbb-8ccc-222222222222";
    private const string Url = "http://10.0.0.7:12300/remote";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Lost, 1, 2)]
    [InlineData(Elsewhere, 4)]
    [InlineData(Url, 1, 2, 3)]
    [InlineData(Url + "/", 1, 2, 3)]
    [InlineData("http://10.0.0.7:12300", 1, 2, 3)]
    [InlineData("10.0.0.7:12300", 1, 2, 3)]
    public async Task Sectors_that_stood_there_are_exported_and_the_list_is_kept(string name, params int[] sectors)
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        await WithDisksAsync(forgetting);
        Ended ended = await forgetting.Bench.RunAsync("export", "--miner=f01000", $"--lost-on={name}");
        Assert.True(ended.Code == 0, ended.ToString());
        Assert.Equal(sectors.Select(number => (ulong)number), (await forgetting.WrittenNumbersAsync()).Order());
        Assert.Equal(sectors.Length == 3 ? [Beside, Lost] : [name], (await LostOnAsync(forgetting)).Select(disk => (string)disk!["Storage"]!).Order());
        Assert.Contains("stood in the storage path", ended.Output + ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_list_is_kept_before_anything_is_looked_up_and_serves_when_Curio_has_forgotten_it()
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        FakeCurio curio = await WithDisksAsync(forgetting);
        string[] export = ["export", "--miner=f01000", $"--lost-on={Lost}"];

        // The node tells nothing of any sector: there is a list and nothing else.
        forgetting.Node.MissingMethods.Add("StateSectorGetInfo");
        forgetting.Node.MissingMethods.Add("StateSectorPreCommitInfo");
        await curio.ExecuteAsync("ALTER TABLE curio.sectors_meta RENAME TO hidden", Cancellation);
        Ended blind = await forgetting.Bench.RunAsync(export);
        Assert.False(blind.Code == 0, blind.ToString());
        Assert.Empty(await forgetting.WrittenAsync());
        JsonNode kept = Assert.Single(await LostOnAsync(forgetting))!;
        Assert.Equal(["1-2"], kept["Sectors"]!.AsArray().Select(range => (string)range!));
        Assert.Equal([Url], kept["Urls"]!.AsArray().Select(url => (string)url!));

        // Two hours later.
        forgetting.Node.MissingMethods.Clear();
        await curio.ExecuteAsync("ALTER TABLE curio.hidden RENAME TO sectors_meta; DELETE FROM curio.sector_location; DELETE FROM curio.storage_path", Cancellation);
        Ended later = await forgetting.Bench.RunAsync(export);
        Assert.True(later.Code == 0, later.ToString());
        Assert.Contains("since Curio has forgotten them", later.Output + later.Error, StringComparison.Ordinal);
        Assert.Equal([1UL, 2UL], (await forgetting.WrittenNumbersAsync()).Order());

        // By its URL too, with another sector named, and without Curio.
        forgetting.Bench.Environment.Remove("CURIO_DB_HOST");
        Ended without = await forgetting.Bench.RunAsync("export", "--miner=f01000", "--lost-on=10.0.0.7:12300", "--sectors=4");
        Assert.True(without.Code == 0, without.ToString());
        Assert.Equal([1UL, 2UL, 4UL], (await forgetting.WrittenNumbersAsync()).Order());
        Assert.Single(await LostOnAsync(forgetting));
    }

    [Theory]
    [InlineData("unknown", "Curio's database knows no storage path with the ID or URL \"nowhere\"", "about two hours after it was last seen")]
    [InlineData("no database", "asks Curio's database or lotus-miner, and none is named", "CURIO_DB_HOST")]
    [InlineData("not granted", "has no table sector_location that may be read", "rant SELECT on sector_location")]
    [InlineData("gone", "is not reachable", "CURIO_DB_PORT")]
    public async Task A_disk_of_which_nobody_knows_is_one_sentence_and_a_hint(string what, string sentence, string hint)
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        FakeCurio curio = await WithDisksAsync(forgetting);
        switch (what)
        {
            case "no database":
                forgetting.Bench.Environment.Remove("CURIO_DB_HOST");
                break;
            case "not granted":
                string poor = $"poor_of_{curio.Name}";
                await curio.ExecuteAsync(
                    $"CREATE ROLE {poor} LOGIN PASSWORD 'r'; GRANT USAGE ON SCHEMA curio TO {poor}; GRANT SELECT ON curio.sectors_meta, curio.sectors_meta_pieces TO {poor}",
                    Cancellation);
                forgetting.Bench.Environment["CURIO_DB_USER"] = poor;
                forgetting.Bench.Environment["CURIO_DB_PASSWORD"] = "r";
                break;
            case "gone":
                forgetting.Bench.Environment["CURIO_DB_PORT"] = PostgresServer.FreePort().ToString(System.Globalization.CultureInfo.InvariantCulture);
                break;
            default:
                break;
        }

        Ended ended = await forgetting.Bench.RunAsync("export", "--miner=f01000", "--lost-on=nowhere");
        Assert.True(ended.Code is 2 or 3, ended.ToString());
        Assert.Contains(sentence, ended.Output + ended.Error, StringComparison.Ordinal);
        Assert.Contains(hint, ended.Output + ended.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(forgetting.Metadata));
    }

    /// <summary>
    /// Sectors 1 to 5: 1 and 2 stood on the lost disk, 3 on another of the same machine, 4 on another machine, of 5 the lost disk had only the unsealed
    /// copy; and one of another miner.
    /// </summary>
    private static async Task<FakeCurio> WithDisksAsync(ForgettingChain forgetting)
    {
        FakeSector[] sectors = [.. Enumerable.Range(1, 5).Select(number => forgetting.Miner.Add(ForgettingChain.Proven((ulong)number)))];
        FakeCurio curio = await forgetting.CurioAsync(sectors);
        curio.SetVariables(forgetting.Bench.Environment);
        await curio.ExecuteAsync(
            $"""
            INSERT INTO curio.storage_path (storage_id, urls, last_heartbeat) VALUES
                ('{Lost}', '{Url}', '2026-11-28T12:03:36Z'), ('{Beside}', '{Url}', now()), ('{Elsewhere}', 'http://10.0.0.8:12300/remote,http://b/remote', now());
            INSERT INTO curio.sector_path_url_liveness (storage_id, url, last_checked, last_dead, last_dead_reason) VALUES ('{Lost}', '{Url}', now(), now(), 'gone');
            INSERT INTO curio.sector_location (miner_id, sector_num, sector_filetype, storage_id, is_primary) VALUES
                (1000, 1, 2, '{Lost}', true), (1000, 1, 4, '{Lost}', true), (1000, 2, 8, '{Lost}', true), (1000, 2, 16, '{Lost}', true),
                (1000, 3, 2, '{Beside}', true), (1000, 4, 2, '{Elsewhere}', true), (1000, 5, 1, '{Lost}', true), (1001, 9, 2, '{Lost}', true);
            """,
            Cancellation);
        return curio;
    }

    private static async Task<JsonArray> LostOnAsync(ForgettingChain forgetting) =>
        JsonNode.Parse(await File.ReadAllTextAsync(forgetting.Metadata, Cancellation))!["LostOn"]!.AsArray();
}
