using System.Text;
using System.Text.Json.Nodes;
using EndToEnd;
using Filecoin.Chain.Facts;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Metadata;
using SealerRecover.Recovery.PieceSources;
using SealerRecover.Recovery.Roles;
using SealerRecover.Recovery.Settings;

namespace SealerRecover.Recovery.Tests.Faults;

/// <summary>A sector, or several, and what is there of them before they are recovered.</summary>
/// <param name="Name">For people.</param>
/// <param name="Facts">The sectors, of 2 KiB.</param>
internal sealed record FaultScenario(string Name, IReadOnlyList<SectorFacts> Facts)
{
    private const string Samples = "metadata/2KiB/sectors-recovery-f01000.json";

    /// <summary>A file that begins so is on bad blocks.</summary>
    public static readonly byte[] BadBlocks = "bad blocks"u8.ToArray();

    /// <summary>How they are recovered.</summary>
    public Func<RecoverySettings, RecoverySettings> Configure { get; private init; } = settings => settings;

    /// <summary>Whether temporary and result folder are on two disks.</summary>
    public bool TwoDisks { get; private init; }

    /// <summary>Writes the pieces; null for sectors without data.</summary>
    public DataCase? Data { get; private init; }

    /// <summary>Of a sector that is whole, the files that are not lost; null if everything is.</summary>
    public Func<string, bool>? IsLeft { get; private init; }

    /// <summary>Files of no use that stand in the places of good ones, in the result folder; they are to be moved aside.</summary>
    public IReadOnlyDictionary<string, byte[]> Obstacles { get; private init; } = new Dictionary<string, byte[]>();

    /// <summary>Every way in which a sector is recovered.</summary>
    public static IReadOnlyList<FaultScenario> All { get; } =
    [
        new("committed capacity", Sample(2)),
        new("--keep-all", Sample(3)) { Configure = settings => settings with { KeepAll = true } },
        new("Synthetic, for Commit 1", Sample(3)) { Configure = settings => settings with { SyntheticProofs = true } },
        new("two disks", Sample(4)) { TwoDisks = true },
        new("several sectors side by side", Sample(5, 6, 7)) { Configure = settings => settings with { Parallel = 3, Threads = 1 } },
        OfData("data", "seal/2KiB-v1_1-pieces"),
        OfData("data on two disks, --keep-unsealed", "seal/2KiB-v1-pieces") with
        {
            TwoDisks = true,
            Configure = settings => settings with { KeepUnsealed = true },
        },
        OfData("snapped", "update/2KiB-v1_1-cc"),
        OfData("snapped, --keep-all, --keep-unsealed", "update/2KiB-v1-cc") with
        {
            Configure = settings => settings with { KeepAll = true, KeepUnsealed = true },
        },
        OfData("snapped, its key lost", "update/2KiB-v1_1-cc") with
        {
            IsLeft = path => path.StartsWith("update", StringComparison.Ordinal),
        },
        OfData("snapped, its update lost", "update/2KiB-v1_1-cc") with
        {
            IsLeft = path => !path.StartsWith("update", StringComparison.Ordinal),
        },
        new("replica and p_aux left", Sample(8))
        {
            IsLeft = path => path.StartsWith("sealed/", StringComparison.Ordinal) || path.EndsWith("/p_aux", StringComparison.Ordinal),
        },
        new("p_aux left", Sample(8)) { IsLeft = path => path.EndsWith("/p_aux", StringComparison.Ordinal) },
        new("p_aux left, the replica on bad blocks", Sample(8))
        {
            IsLeft = path => path.EndsWith("/p_aux", StringComparison.Ordinal),
            Configure = settings => settings with { Force = true },
            Obstacles = new Dictionary<string, byte[]> { ["sealed/s-t01000-8"] = OnBadBlocks(2048) },
        },
        new("replica left, p_aux on bad blocks, a folder in the place of t_aux", Sample(8))
        {
            IsLeft = path => path.StartsWith("sealed/", StringComparison.Ordinal),
            Configure = settings => settings with { Force = true },
            Obstacles = new Dictionary<string, byte[]>
            {
                ["cache/s-t01000-8/p_aux"] = OnBadBlocks(64),
                ["cache/s-t01000-8/t_aux/somebody's"] = "somebody's"u8.ToArray(),
            },
        },
        new("files and folders in each other's places", Sample(8))
        {
            Configure = settings => settings with { Force = true },
            Obstacles = new Dictionary<string, byte[]>
            {
                ["sealed/s-t01000-8/somebody's"] = "somebody's"u8.ToArray(),
                ["cache/s-t01000-8"] = "no folder"u8.ToArray(),
            },
        },
    ];

    /// <summary>Asserts that every file is the reference's.</summary>
    public void AssertReference(string result)
    {
        if (Data is not null && Configure(Nowhere).KeepAll != true)
        {
            Data.AssertInstalled(result);
        }

        if (Data is null)
        {
            JsonNode expected = VectorFiles.Read("metadata/2KiB/sectors-recovery-f01000.expected.json");
            foreach (SectorFacts facts in Facts)
            {
                JsonNode sector = expected[facts.Sector.Number.ToString(System.Globalization.CultureInfo.InvariantCulture)]!;
                Assert.Equal((string)sector["sealed"]!["sha256"]!, VectorFiles.Sha256OfFile(Path.Combine(result, "sealed", facts.Sector.FileName)));
                string cache = Path.Combine(result, "cache", facts.Sector.FileName);
                string[] names = [.. Directory.EnumerateFiles(cache).Select(path => Path.GetFileName(path)).Where(name => name is not (CacheNames.TAux or CacheNames.SyntheticProofs))];
                Assert.Equal(
                    Configure(Nowhere).Of(facts).SyntheticProofs == true, File.Exists(Path.Combine(cache, CacheNames.SyntheticProofs)));
                Assert.Equal(CacheNames.TAux, Assert.Single(CacheNames.Finalized(facts.SealProof.Porep).Except(names)));
                Assert.All(names, name => Assert.Equal(
                    (string)sector["files_after_pc2"]!.AsArray().Single(file => (string)file!["name"]! == name)!["sha256"]!,
                    VectorFiles.Sha256OfFile(Path.Combine(cache, name))));
            }
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static RecoverySettings Nowhere { get; } = new() { ResultFolder = "/r", TempFolder = "/t", ParentCacheFolder = "/p" };

    private static byte[] OnBadBlocks(int length)
    {
        byte[] file = new byte[length];
        BadBlocks.CopyTo(file, 0);
        return file;
    }

    private static IReadOnlyList<SectorFacts> Sample(params ulong[] numbers) =>
        [.. MetadataFile.Read(Path.Combine(VectorFiles.Folder, Samples)).Sectors.Where(facts => numbers.Contains(facts.Sector.Number))];

    private static FaultScenario OfData(string name, string known)
    {
        DataCase data = DataCase.Get(known);
        using TestFolder folder = new();
        return new FaultScenario(name, MetadataFile.Read(folder.Write("metadata.json", data.Metadata())).Sectors) { Data = data };
    }
}

/// <summary>A folder in memory in which a scenario is played again and again, each time from the same start.</summary>
internal sealed class FaultStage : IDisposable
{
    private static readonly TestFolder Parents = new(Directory.Exists("/dev/shm") ? "/dev/shm" : null);

    static FaultStage() => AppDomain.CurrentDomain.ProcessExit += (_, _) => Parents.Dispose();

    private readonly TestFolder _folder = new(Directory.Exists("/dev/shm") ? "/dev/shm" : null);
    private readonly FolderImage _start;
    private readonly Dictionary<string, byte[]> _foreign;

    /// <summary>Sets the stage and recovers once without faults.</summary>
    public FaultStage(FaultScenario scenario)
    {
        Scenario = scenario;
        Plant();
        RecoverySettings settings = scenario.Configure(new RecoverySettings
        {
            TempFolder = Path.Combine(Root, "temp"),
            ResultFolder = Path.Combine(Root, "result"),
            ParentCacheFolder = Parents.Path,
            Threads = 2,
        });
        Settings = scenario.Data is null ? settings : settings with { PieceSources = [PieceSource.Parse(Path.Combine(Root, "store"))] };
        _start = FolderImage.Of(Root);
        Assert.Equal("Installed", Recover(Watch(new LyingFileSystem())).ToString());
        scenario.AssertReference(Settings.ResultFolder);
        Expected = FolderImage.Of(Root);
        if (scenario.IsLeft is { } isLeft)
        {
            foreach (string lost in Visible(Expected).Keys.Where(path => !IsPlanted(path) && !isLeft(path)))
            {
                File.Delete(Path.Combine(Settings.ResultFolder, lost));
            }

            foreach (string folder in Directory.EnumerateDirectories(Settings.ResultFolder, "s-t0*", SearchOption.AllDirectories)
                .Where(folder => !Directory.EnumerateFileSystemEntries(folder).Any()))
            {
                Directory.Delete(folder);
            }

            Directory.Delete(Path.Combine(Settings.ResultFolder, ".sealer-recover"), recursive: true);
            _start = FolderImage.Of(Root);
            Assert.Equal("Installed", Recover(Watch(new LyingFileSystem())).ToString());
            scenario.AssertReference(Settings.ResultFolder);
            Expected = FolderImage.Of(Root);
        }

        if (scenario.Obstacles.Count > 0)
        {
            _start.Restore(Root);
            foreach ((string path, byte[] content) in scenario.Obstacles)
            {
                string obstacle = Path.Combine(Settings.ResultFolder, path);
                Directory.CreateDirectory(Path.GetDirectoryName(obstacle)!);
                File.WriteAllBytes(obstacle, content);
            }

            _start = FolderImage.Of(Root);
        }

        _foreign = _start.Entries.Where(entry => entry.Value is not null && !IsObstacle(entry.Key, entry.Value))
            .ToDictionary(entry => entry.Key, entry => entry.Value!);
    }

    /// <summary>What is played.</summary>
    public FaultScenario Scenario { get; }

    /// <summary>The folder that holds everything.</summary>
    public string Root => _folder.Path;

    /// <summary>How sectors are recovered.</summary>
    public RecoverySettings Settings { get; }

    /// <summary>Everything, after it went well.</summary>
    public FolderImage Expected { get; private set; }

    /// <summary>Puts everything back to how it is before a run.</summary>
    public void Reset() => _start.Restore(Root);

    /// <summary>A watched file system, on as many disks as the scenario has.</summary>
    public T Watch<T>(T files)
        where T : WatchedFileSystem
    {
        files.BadBlocks = Scenario.Obstacles.Count > 0 ? FaultScenario.BadBlocks : null;
        files.DiskOf = Scenario.TwoDisks ? path => path.StartsWith(Settings.TempFolder, StringComparison.Ordinal) ? 1 : 2 : null;
        return files;
    }

    /// <summary>Runs once.</summary>
    public FaultEnd Recover(IFileSystem files, TimeProvider? time = null)
    {
        RecordingObserver observer = new();
        RecoveryRunner runner = new(
            Settings, time ?? TimeProvider.System, new SealingRoles(Settings), files, new FakeProbe());
        try
        {
            return new FaultEnd(runner.Run(Scenario.Facts, observer.Sink, CancellationToken.None), null, observer);
        }
        catch (Filecoin.Primitives.OperatorException failure)
        {
            return new FaultEnd([], failure, observer);
        }
    }

    /// <summary>
    /// Complains unless what Lotus and Curio would see is whole: every file that is there right, every folder that was not there before
    /// complete or absent, what makes a sector complete last; and unless everything that was there before still is.
    /// </summary>
    public IEnumerable<string> Wrong(FolderImage image)
    {
        foreach ((string path, byte[] content) in _foreign)
        {
            if (!image.Entries.TryGetValue(path, out byte[]? now) || now is null || !now.AsSpan().SequenceEqual(content))
            {
                yield return $"{path}, which was there before, is {(now is null ? "gone" : "another")}";
            }
        }

        foreach ((string path, byte[] content) in Scenario.Obstacles)
        {
            if (!image.Entries.Any(entry => IsPlaceOf(path, entry.Key) && entry.Value?.AsSpan().SequenceEqual(content) == true))
            {
                yield return $"{path}, which was in the way, is neither there nor moved aside";
            }
        }

        Dictionary<string, byte[]> expected = Visible(Expected);
        Dictionary<string, byte[]> visible = Visible(image);
        foreach ((string path, byte[] content) in visible.Where(file => !IsObstacle($"result/{file.Key}", file.Value)))
        {
            if (!expected.TryGetValue(path, out byte[]? right) || !right.AsSpan().SequenceEqual(content))
            {
                yield return $"{path} is visible and {(right is null ? "belongs to nobody" : $"wrong ({content.Length} bytes)")}";
            }
        }

        foreach (SectorFacts facts in Scenario.Facts)
        {
            string name = facts.Sector.FileName;
            foreach (string folder in new[] { $"cache/{name}", $"update-cache/{name}" })
            {
                if (image.Entries.ContainsKey($"result/{folder}") && !_start.Entries.ContainsKey($"result/{folder}") && !AllOf(folder + '/'))
                {
                    yield return $"{folder} is visible and not whole";
                }
            }

            if (IsNew($"sealed/{name}") && !AllOf($"cache/{name}/"))
            {
                yield return $"sealed/{name} is visible and its cache is not whole";
            }

            if (IsNew($"update/{name}") && !(AllOf($"update-cache/{name}/") && AllOf($"cache/{name}/") && AllOf($"sealed/{name}")))
            {
                yield return $"update/{name} is visible and the rest of it is not whole";
            }
        }

        bool AllOf(string prefix) => expected.Keys.Where(path => path.StartsWith(prefix, StringComparison.Ordinal)).All(visible.ContainsKey);

        bool IsNew(string path) => visible.ContainsKey(path) && !_start.Entries.ContainsKey($"result/{path}");
    }

    /// <summary>Complains unless everything is as it is after a run that went well, and nothing else is left.</summary>
    public IEnumerable<string> Unlike(FolderImage image)
    {
        foreach (string wrong in Wrong(image))
        {
            yield return wrong;
        }

        foreach (string missing in Visible(Expected).Keys.Except(Visible(image).Keys))
        {
            yield return $"{missing} is missing";
        }

        foreach (string left in image.Entries.Keys.Where(path => !Expected.Entries.ContainsKey(path) && !IsBookkeeping(path)))
        {
            yield return $"{left} is left";
        }
    }

    public void Dispose() => _folder.Dispose();

    // Locks, empty folders of them, what a run that was killed leaves for the next to overwrite, and what was moved aside.
    private static bool IsBookkeeping(string path) =>
        path.Contains("/.sealer-recover/locks/", StringComparison.Ordinal) || path.Contains("/.sealer-recover/replaced", StringComparison.Ordinal);

    private bool IsObstacle(string path, byte[] content) =>
        Scenario.Obstacles.TryGetValue(Path.GetRelativePath("result", path), out byte[]? obstacle) && obstacle.AsSpan().SequenceEqual(content);

    /// <summary>Whether a path is that of an obstacle, or the one it has when it was moved aside: without the sector's name, which the folder has.</summary>
    private static bool IsPlaceOf(string obstacle, string path)
    {
        string[] parts = obstacle.Split('/');
        string aside = string.Join('/', parts.Where((_, i) => i != 1));
        return path == $"result/{obstacle}"
            || (path.StartsWith("result/.sealer-recover/replaced/", StringComparison.Ordinal) && path.EndsWith($"/{aside}", StringComparison.Ordinal));
    }

    private static bool IsPlanted(string path) => path.Contains("s-t09999-1", StringComparison.Ordinal) || !path.Contains('/', StringComparison.Ordinal);

    private static Dictionary<string, byte[]> Visible(FolderImage image) => image.FilesBelow("result")
        .Where(file => !file.Key.StartsWith(".sealer-recover", StringComparison.Ordinal))
        .ToDictionary(StringComparer.Ordinal);

    /// <summary>Things of the user's, and a sector that is fine.</summary>
    private void Plant()
    {
        foreach (string path in new[]
        {
            "result/notes.txt", "result/sealed/s-t09999-1", "result/cache/s-t09999-1/p_aux", "temp/notes.txt", "temp/mine/sealed",
        })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder.At(path))!);
            File.WriteAllBytes(_folder.At(path), Encoding.UTF8.GetBytes($"{path} is the user's"));
        }

        Scenario.Data?.SavePieces(Path.Combine(Root, "store"));
    }
}

/// <summary>How a run ended.</summary>
/// <param name="Outcomes">Of the sectors.</param>
/// <param name="Refused">Why it did not begin; null if it did.</param>
/// <param name="Observer">What was told.</param>
internal sealed record FaultEnd(IReadOnlyList<SectorOutcome> Outcomes, Exception? Refused, RecordingObserver Observer)
{
    /// <summary>Every failure.</summary>
    public IEnumerable<Exception> Failures => Outcomes.Select(outcome => outcome.Failure).Append(Refused).OfType<Exception>();

    /// <summary>Whether everything is in place.</summary>
    public bool IsGood => Refused is null && Outcomes.All(outcome => outcome.Kind is OutcomeKind.Installed or OutcomeKind.AlreadyThere);

    public override string ToString() => Refused is not null
        ? $"refused: {Refused.Message}"
        : string.Join(", ", Outcomes.Select(outcome => $"{outcome.Kind}{(outcome.Failure is { } failure ? $": {failure.Message}" : string.Empty)}").Distinct());
}
