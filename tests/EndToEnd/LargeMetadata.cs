using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace EndToEnd;

/// <summary>
/// A metadata file of more sectors than any text of it should be held in memory: written, gone on from, updated and read by every command that
/// takes one. With SEALER_RECOVER_LONG_TESTS=1 of 100,000 sectors; else just past the 64 MiB that were the most once.
/// </summary>
public sealed class LargeMetadata(ParentCaches caches, Databases databases)
{
    private const long Most = 64L << 20;
    private const ulong First = 1_000_000;

    [Fact]
    public async Task A_file_past_any_limit_is_written_gone_on_from_and_read_by_every_command()
    {
        await using ForgettingChain forgetting = await ForgettingChain.StartAsync(caches, databases);
        forgetting.AddFirst();
        KnownSector known = KnownSector.Sealed("2KiB-v1_1-pieces");
        int count = Write(forgetting.Metadata, known);
        string[] export = ["export", "--miner=f01000", "1", "--json"];

        Ended exported = await RunAsync(forgetting.Bench, "export", export);
        Assert.True(exported.Code == 0, exported.ToString());
        Assert.Equal(count + 1, Count(forgetting.Metadata, "\"SectorNumber\":"));
        Assert.Equal(count, Count(forgetting.Metadata, "\"Comment\": \"of another program\""));
        Assert.InRange(new FileInfo(forgetting.Metadata).Length, Most + 1, long.MaxValue);

        // What the file has is gone on from.
        Ended again = await RunAsync(forgetting.Bench, "export again", export);
        Assert.True(again.Code == 0, again.ToString());
        Assert.Contains("1 of 1 sectors stood in", again.Output, StringComparison.Ordinal);
        Assert.Equal(count + 1, Count(forgetting.Metadata, "\"SectorNumber\":"));

        string last = (First + (ulong)count - 1).ToString(CultureInfo.InvariantCulture);
        string metadata = $"--metadata={forgetting.Metadata}";
        string home = forgetting.Bench.Home;
        string pieces = known.WritePieces(Path.Combine(home, "pieces"));
        Ended listed = await RunAsync(forgetting.Bench, "pieces", "pieces", metadata, $"--sector={last}", $"--piece-source={pieces}", "--json");
        Assert.True(listed.Code == 0, listed.ToString());
        string copy = Path.Combine(home, "unsealed");
        await File.WriteAllBytesAsync(copy, known.Padded(), TestContext.Current.CancellationToken);
        Ended unsealed = await RunAsync(forgetting.Bench, "unseal", "unseal", metadata, $"--sector={last}", $"--unsealed={copy}", $"--output={Path.Combine(home, "data")}");
        Assert.True(unsealed.Code == 0, unsealed.ToString());
        string storage = Directory.CreateDirectory(Path.Combine(home, "storage")).FullName;
        foreach (string command in new[] { "survey", "verify", "repair" })
        {
            string[] more = command == "repair" ? [$"--sealing-temp={forgetting.Bench.Temp}", "--dry-run"] : [];
            Ended ended = await RunAsync(forgetting.Bench, command, [command, metadata, $"--storage={storage}", last, "--json", .. more]);
            Assert.True(ended.Report["sectors"]!.AsArray().Count == 1, ended.ToString());
            Assert.Null(ended.Report["failure"]);
        }

        // Another sector's number gives another replica id, so the known CommR cannot come of it; that it is sealed at all is the point.
        Ended recovered = await RunAsync(forgetting.Bench, "recover", [.. forgetting.Bench.Recover(forgetting.Metadata, last, $"--piece-source={pieces}", "--json")]);
        Assert.True(recovered.Code == 8, recovered.ToString());
    }

    /// <summary>A file with every field that is ever written, and one of another program, in each of its sectors.</summary>
    private static int Write(string path, KnownSector known)
    {
        JsonObject file = JsonNode.Parse(known.Metadata())!.AsObject();
        JsonObject sector = file["SectorInfos"]![0]!.AsObject();
        sector["SectorNumber"] = 424242424242;
        sector["TicketEpoch"] = 4_863_283;
        sector["PiecesInOrder"] = true;
        sector["PiecesFrom"] = "the message bafy2bzacedjc5zyqi3cbkqsu4zg2cyalr2dgzqdqcbzrnzsvyhqvmdxn6wmkk that proved it (ProveCommitSectors3)";
        sector["Facts"] = new JsonArray(
            [.. new[] { "SealProof", "Ticket", "TicketEpoch", "SealedCID", "CommD", "Pieces" }.Select(fact => new JsonObject
            {
                ["Fact"] = fact,
                ["ToldBy"] = new JsonArray("the state at epoch 4863284", "lotus-miner"),
                ["CrossCheck"] = "computed from the header of block bafy2bzaceb5zh2ypzwqwbs5pbrm5ubjyy5d6ybkyf2p7lnxwxnnzqbbbzhmmi",
                ["Verified"] = true,
            })]);
        sector["Chain"] = new JsonObject
        {
            ["State"] = "Proven",
            ["HeadEpoch"] = 5_000_000,
            ["HeadTime"] = "2026-03-04T05:06:07Z",
            ["Deadline"] = 4,
            ["DeadlineOpens"] = 5_000_100,
            ["FaultTerminatesAt"] = 5_100_000,
            ["Expiration"] = 6_000_000,
        };
        sector["Comment"] = "of another program";
        string entry = sector.ToJsonString();
        int written = 0;
        using StreamWriter text = new(path, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 1 << 20);
        text.Write($$"""{"Miner": "f01000", "SectorSize": {{known.Length}}, "SectorInfos": [""");
        while (VectorFiles.LongTests ? written < 100_000 : (long)written * entry.Length <= Most)
        {
            text.Write(written == 0 ? "\n" : ",\n");
            text.Write(entry.Replace("424242424242", (First + (ulong)written).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
            written++;
        }

        text.Write("\n]}\n");
        return written;
    }

    private static int Count(string path, string text) => File.ReadLines(path).Count(line => line.Contains(text, StringComparison.Ordinal));

    /// <summary>Runs a command and tells the most memory that it took, as the kernel counted it.</summary>
    private static async Task<Ended> RunAsync(Workbench bench, string name, params string[] arguments)
    {
        using Executable executable = bench.Start(arguments);
        long peak = 0;
        while (!executable.HasEnded)
        {
            peak = Math.Max(peak, PeakOf(executable.Id));
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        Ended ended = await executable.EndAsync(TestContext.Current.CancellationToken);
        TestContext.Current.SendDiagnosticMessage($"{name}: {peak >> 20} MiB at most");
        Assert.InRange(peak, 1, 1L << 30);
        return ended;
    }

    private static long PeakOf(int process)
    {
        try
        {
            string? line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(entry => entry.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : 1024 * long.Parse(line.AsSpan(6, line.Length - 9).Trim(), CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0; // It has just ended.
        }
    }
}
