using System.Globalization;
using System.Text.Json.Nodes;
using Filecoin.Primitives;

namespace EndToEnd;

/// <summary>
/// Sectors of all kinds for a fleet: lost ones, empty, with data or snapped, that go to the result folder, and damaged ones in a storage path.
/// Sixty of 2KiB and 8MiB, or the few that stand for them. Around them stand files that are none of the fleet's business.
/// </summary>
/// <param name="bench">Where.</param>
/// <param name="caches">Parent caches, for those that are sealed by hand.</param>
/// <param name="all">Whether all sixty.</param>
internal sealed class MixedSectors(Workbench bench, ParentCaches caches, bool all)
{
    private const long TicketEpoch = 9_000;
    private const string Bystander = "s-t01000-8";

    private static readonly string[] Lost =
    [
        "seal/2KiB-v1_1-pieces", "seal/2KiB-v1_2_ni-aligned", "update/2KiB-v1_1-cc",
    ];

    private static readonly string[] MoreLost =
    [
        "seal/2KiB-v1-pieces", "seal/2KiB-v1-aligned", "seal/2KiB-v1_1-aligned", "seal/2KiB-v1_1_synth-pieces", "seal/2KiB-v1_1_synth-aligned", "seal/2KiB-v1_2_ni-pieces",
        "seal/8MiB-v1-pieces", "seal/8MiB-v1_1-pieces", "seal/8MiB-v1_1_synth-pieces", "seal/8MiB-v1_2_ni-pieces",
        "seal/8MiB-v1-cc", "seal/8MiB-v1_1_synth-cc", "seal/8MiB-v1_2_ni-cc", "update/2KiB-v1_2_ni-cc", "update/8MiB-v1_1-cc",
    ];

    private readonly List<DataCase> _lost = [.. Lost.Concat(all ? MoreLost : []).Select(DataCase.Get)];
    private readonly List<(DataCase Case, string What)> _snapped =
        all ? [(DataCase.Get("update/2KiB-v1_1_synth-cc"), "update"), (DataCase.Get("update/2KiB-v1-cc"), "update-cache")] : [(DataCase.Get("update/2KiB-v1_1_synth-cc"), "update")];

    private readonly int _empty = all ? 4 : 2;
    private readonly (ulong Miner, RegisteredSealProof Proof, ulong Count)[] _byHand =
        all ? [(2000, RegisteredSealProof.StackedDrg2KiBV1_1, 29), (3000, RegisteredSealProof.StackedDrg8MiBV1_1, 4)] : [];

    private readonly List<string[]> _submissions = [];
    private Dictionary<string, string> _whole = [];
    private Dictionary<string, (string Sha256, DateTime Written)> _before = [];

    /// <summary>The storage path whose sectors are mended.</summary>
    public string Storage => Path.Combine(bench.Home, "storage");

    /// <summary>Where pieces are.</summary>
    public string Pieces => Path.Combine(bench.Home, "pieces");

    /// <summary>Names of the sectors that go to the result folder.</summary>
    public IReadOnlyList<string> LostNames => [.. _lost.Select(known => known.Name), .. Enumerable.Range(1, _empty).Select(number => Name(1000, (ulong)number))];

    /// <summary>Names of the sectors that are mended.</summary>
    public IReadOnlyList<string> DamagedNames => [.. EmptyDamaged, .. _snapped.Select(one => one.Case.Name)];

    /// <summary>How many.</summary>
    public int Count => LostNames.Count + DamagedNames.Count;

    private IEnumerable<string> EmptyDamaged =>
        Enumerable.Range(5, 3).Select(number => Name(1000, (ulong)number)).Concat(_byHand.SelectMany(many => Numbers(many.Count).Select(number => Name(many.Miner, number))));

    /// <summary>Makes what is damaged afterwards, damages it, and remembers what stands.</summary>
    public async Task PrepareAsync()
    {
        foreach (DataCase known in _lost.Concat(_snapped.Select(one => one.Case)))
        {
            known.SavePieces(Pieces);
        }

        await MakeAsync(Workbench.Sample("2KiB"), "5-8");
        Submits(Workbench.Sample("8MiB"), string.Create(CultureInfo.InvariantCulture, $"1-{_empty}"));
        Submits(Workbench.Sample("2KiB"), "5-7", "--repair");
        foreach ((ulong miner, RegisteredSealProof proof, ulong count) in _byHand)
        {
            string metadata = SealByHand(miner, proof, count);
            await MakeAsync(metadata, "--parallel=4");
            Submits(metadata, "--repair");
        }

        foreach (DataCase known in _snapped.Select(one => one.Case))
        {
            string metadata = bench.Write(known.Metadata());
            await MakeAsync(metadata);
            Submits(metadata, "--repair");
        }

        _lost.ForEach(known => Submits(bench.Write(known.Metadata())));

        // What one machine made, undisturbed, is what the fleet has to come to.
        _whole = Files(Storage).Where(file => !file.EndsWith("t_aux", StringComparison.Ordinal) && IsOf(file, DamagedNames)).ToDictionary(file => file, VectorFiles.Sha256OfFile);
        foreach ((int index, string name) in EmptyDamaged.Index())
        {
            SectorDamages.All[index % SectorDamages.All.Length].Do(new StoredSector(Storage, name), new StoredSector(Storage, Bystander));
        }

        foreach ((DataCase known, string what) in _snapped)
        {
            string path = Path.Combine(Storage, what, known.Name);
            if (what == "update")
            {
                File.Delete(path);
            }
            else
            {
                Directory.Delete(path, recursive: true);
            }
        }

        foreach (string path in new[] { "result/sealed/s-t0777-1", "result/cache/s-t0777-1/p_aux", "result/notes", "storage/sealed/s-t0777-2", "storage/unsealed/s-t0777-2" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(bench.Home, path))!);
            await File.WriteAllTextAsync(Path.Combine(bench.Home, path), path, TestContext.Current.CancellationToken);
        }

        _before = Files(bench.Home).ToDictionary(file => file, file => (VectorFiles.Sha256OfFile(file), File.GetLastWriteTimeUtc(file)));
    }

    /// <summary>Puts all on the list.</summary>
    public async Task SubmitAsync()
    {
        foreach (string[] submission in _submissions)
        {
            await bench.RunAsync(0, submission);
        }
    }

    /// <summary>Asserts that every sector is what the reference made of it, or one undisturbed machine.</summary>
    public void AssertWhole()
    {
        _lost.ForEach(known => known.AssertInstalled(bench.Result));
        _snapped.ForEach(one => one.Case.AssertInstalled(Storage));
        ExpectedFiles empty = new("8MiB");
        Assert.All(Enumerable.Range(1, _empty), number => empty.AssertSector(bench.Result, (ulong)number));
        ExpectedFiles mended = new("2KiB");
        Assert.All(Enumerable.Range(5, 4), number => mended.AssertSector(Storage, (ulong)number));
        Assert.All(_whole, file => Assert.Equal((file.Key, file.Value), (file.Key, File.Exists(file.Key) ? VectorFiles.Sha256OfFile(file.Key) : "gone")));
    }

    /// <summary>Asserts that each came to stand in its place once, by the kernel's word, and that all are done, by the list's.</summary>
    /// <param name="installs">What the kernel told.</param>
    /// <param name="workers">Names of the machines that the list has to have.</param>
    /// <returns>What the list said.</returns>
    public async Task<Ended> AssertDoneOnceAsync(CountedInstalls installs, IReadOnlyList<string> workers)
    {
        Assert.All(LostNames, name => Assert.Equal((name, 1), (name, installs.Counts.GetValueOrDefault(Path.Combine(bench.Result, "sealed", name)))));
        Assert.All(installs.Counts, count => Assert.Equal((count.Key, 1), (count.Key, count.Value)));
        Ended status = await bench.RunAsync(0, ["fleet", "status", "--json"]);
        JsonNode fleet = status.Lines.First(line => (string?)line["event"] == "site")["site"]!;
        Assert.Equal(Count, fleet["sectors"]!.AsArray().Count);
        Assert.All(fleet["sectors"]!.AsArray(), sector => Assert.Equal("done", (string?)sector!["stage"]));
        Assert.Equal(workers, fleet["machines"]!.AsArray().Select(machine => (string?)machine!["name"]));
        return status;
    }

    /// <summary>
    /// Asserts that nothing else was touched: what stood and is none of the sectors' is what it was, what stood in a sector's place is there or was
    /// moved aside, and what is new is a sector's, in its place, or in a folder that nobody else looks into.
    /// </summary>
    /// <param name="own">Folders of the workers.</param>
    public void AssertNothingElse(IReadOnlyList<string> own)
    {
        string[] listed = [.. LostNames, .. DamagedNames];
        HashSet<string> aside = [.. Files(Storage).Where(IsOwn).Select(VectorFiles.Sha256OfFile)];
        foreach ((string path, (string sha256, DateTime written)) in _before.Where(file => !IsOwn(file.Key)))
        {
            string? now = File.Exists(path) ? VectorFiles.Sha256OfFile(path) : null;
            bool isSectors = IsOf(path, listed);
            Assert.True(now == sha256 || (isSectors && aside.Contains(sha256)), $"{path} was {sha256} and is {now ?? "gone"}");
            Assert.True(isSectors || File.GetLastWriteTimeUtc(path) == written, $"{path} was written again");
        }

        Assert.DoesNotContain(
            Files(bench.Home),
            path => !_before.ContainsKey(path) && !IsOf(path, listed) && !IsOwn(path) && !own.Any(folder => path.StartsWith(folder + "/", StringComparison.Ordinal)));

        static bool IsOwn(string path) => path.Contains("/.sealer-recover/", StringComparison.Ordinal);
    }

    private static IEnumerable<string> Files(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories);

    private static bool IsOf(string path, IEnumerable<string> names) => names.Any(name => path.EndsWith('/' + name, StringComparison.Ordinal) || path.Contains($"/{name}/", StringComparison.Ordinal));

    private static IEnumerable<ulong> Numbers(ulong count) => Enumerable.Range(0, (int)count).Select(number => (ulong)number);

    private static string Name(ulong miner, ulong number) => string.Create(CultureInfo.InvariantCulture, $"s-t0{miner}-{number}");

    private void Submits(string metadata, params string[] more) => _submissions.Add(
        ["fleet", "submit", $"--metadata={metadata}", .. more, $"--piece-source={Pieces}", "--piece-source=/on/another/machine", .. more.Contains("--repair") ? Array.Empty<string>() : [$"--to={bench.Result}"]]);

    private Task<Ended> MakeAsync(string metadata, params string[] more) =>
        bench.RunAsync(0, ["recover", $"--metadata={metadata}", $"--sealing-result={Storage}", $"--sealing-temp={bench.Temp}", $"--piece-source={Pieces}", .. more]);

    private string SealByHand(ulong miner, RegisteredSealProof proof, ulong count)
    {
        FakeChain chain = new();
        return bench.Write(new JsonObject
        {
            ["Miner"] = string.Create(CultureInfo.InvariantCulture, $"f0{miner}"),
            ["SectorSize"] = SealProofs.Get(proof).SectorSize.Bytes,
            ["SectorInfos"] = new JsonArray([.. Numbers(count).Select(number => (JsonNode)new JsonObject
            {
                ["SectorNumber"] = number,
                ["SealProof"] = (int)proof,
                ["Ticket"] = Convert.ToBase64String(chain.Ticket(miner, TicketEpoch).ToArray()),
                ["SealedCID"] = new JsonObject { ["/"] = SealedByHand.SealedCid(caches, chain, miner, number, proof, TicketEpoch).ToString() },
            })]),
        }.ToJsonString());
    }
}
