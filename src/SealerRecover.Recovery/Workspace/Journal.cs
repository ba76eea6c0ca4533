using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Steps;
using SealerRecover.Recovery.Records;

namespace SealerRecover.Recovery.Workspace;

/// <summary>
/// What has been finished for one sector, kept in the file "journal" of its temporary folder as <see cref="ChecksummedLines"/>:
/// first the inputs, then a line for each finished step and mark.
/// <para>
/// Every change writes the whole file under another name, flushes it, renames it over the old one and flushes the folder: a
/// sector has fewer than a hundred steps hours apart, so a few kilobytes each time cost nothing, and neither a crash nor a full
/// disk can tear what was recorded before. The checksums are for what no rename guards against; a damaged line is dropped with
/// all that follow, so that at worst a finished step is done again.
/// </para>
/// </summary>
internal sealed partial class Journal : IStepLog
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "journal";

    /// <summary>Name it is written under first.</summary>
    public const string TemporaryName = FileName + NewSuffix;

    private const string NewSuffix = ".new";

    private readonly IFileSystem _files;
    private readonly string _folder;
    private readonly Lock _gate = new();
    private Content _content;

    private Journal(IFileSystem files, string folder, Content content)
    {
        _files = files;
        _folder = folder;
        _content = content;
    }

    /// <summary>What the sector is made from.</summary>
    public WorkInputs Inputs => _content.Inputs;

    /// <summary>The cache path that t_aux names, as the first run on this sector chose it: a resumed run may not mix two.</summary>
    public string CachePathInTAux => _content.CachePath;

    /// <summary>How a manifest stands in JSON, here and in the receipt of an installed sector.</summary>
    public static JsonTypeInfo<InstallManifest> ManifestJson => LineJson.Default.InstallManifest;

    /// <summary>Whether PreCommit1 has returned: its layers are complete, or PreCommit2 has already consumed them.</summary>
    public bool Labelled => _content.Labelled;

    /// <summary>Whether there are labels, of some layers at least, or what was made of them.</summary>
    public bool HasLabels => Labelled || _content.Steps.Keys.Any(step => step.Kind == StepKind.Layer);

    /// <summary>Whether PreCommit2 has made its trees and replica.</summary>
    public bool HasTrees => TryGet(new SealStep(StepKind.Trees), out _);

    /// <summary>Whether the update is made.</summary>
    public bool HasUpdate => TryGet(new SealStep(StepKind.Finished, StepsOf.Update), out _);

    /// <summary>Set from the moment CommR was found to be right: the files on their way into the result folder.</summary>
    public InstallManifest? Installing => _content.Installing;

    /// <summary>How many steps are recorded as finished.</summary>
    public int FinishedSteps => _content.Steps.Count + _content.Values.Count;

    /// <summary>Whether any work has been recorded.</summary>
    public bool HasWork => FinishedSteps > 0 || Labelled || Installing is not null;

    /// <summary>Starts a journal in <paramref name="folder"/>, replacing what may be there.</summary>
    public static Journal Start(IFileSystem files, string folder, WorkInputs inputs, string cachePathInTAux)
    {
        Journal journal = new(files, folder, new Content(inputs, cachePathInTAux));
        journal.Save(journal._content);
        return journal;
    }

    /// <summary>The journal in <paramref name="folder"/>; null if there is none or its first line, the inputs, is damaged.</summary>
    /// <exception cref="OperatorException">BadInput: a newer version of this tool wrote it; what it says is not for this one to judge.</exception>
    public static Journal? Load(IFileSystem files, string folder)
    {
        string path = Path.Combine(folder, FileName);
        if (FileLook.At(path).Kind != FileKind.File)
        {
            return null;
        }

        List<Line> lines = ChecksummedLines.Read(files.ReadAll(path), LineJson.Default.Line);
        if (lines is [{ Inputs.Format: > WorkInputs.CurrentFormat }, ..])
        {
            throw new OperatorException(
                FailureKind.BadInput,
                $"{path} was written by a newer version of sealer-recover",
                $"Carry on with that version, or choose another folder for {Setting.TempFolder}.");
        }

        if (lines is not [{ Inputs: { Format: WorkInputs.CurrentFormat } inputs, CachePath: string cachePath }, ..])
        {
            return null;
        }

        Content content = new(inputs, cachePath);
        foreach (Line line in lines.Skip(1))
        {
            content = line switch
            {
                { Step: { IsValue: true } step, Value: { } value } => content with { Values = content.Values.SetItem(step, value) },

                // Earlier versions wrote values as if they were digests of files of 32 or 64 bytes.
                { Step: { IsValue: true } step, Digest: { } value } => content with { Values = content.Values.SetItem(step, value) },
                { Step: { } step, Length: { } length, Digest: { } digest } => content with { Steps = content.Steps.SetItem(step, new FileDigest(length, digest)) },
                { Labelled: true } => content with { Labelled = true },
                { Installing: { } installing } => content with { Installing = content.Installing ?? installing },
                _ => content with { Later = content.Later.Add(line) },
            };
        }

        return new Journal(files, folder, content);
    }

    /// <inheritdoc/>
    public bool TryGet(SealStep step, out FileDigest digest)
    {
        lock (_gate)
        {
            return _content.Steps.TryGetValue(step, out digest);
        }
    }

    /// <inheritdoc/>
    public bool TryGetValue(SealStep step, out Bytes32 value)
    {
        lock (_gate)
        {
            return _content.Values.TryGetValue(step, out value);
        }
    }

    /// <inheritdoc/>
    public void Record(SealStep step, FileDigest digest) => Change(content => content with { Steps = content.Steps.SetItem(step, digest) });

    /// <inheritdoc/>
    public void RecordValue(SealStep step, Bytes32 value) => Change(content => content with { Values = content.Values.SetItem(step, value) });

    /// <inheritdoc/>
    public void Forget(SealStep step) => ForgetAll(recorded => recorded == step);

    /// <summary>Drops the records of all such steps.</summary>
    public void ForgetAll(Predicate<SealStep> which) => Change(content => content with
    {
        Steps = content.Steps.RemoveRange(content.Steps.Keys.Where(step => which(step))),
        Values = content.Values.RemoveRange(content.Values.Keys.Where(step => which(step))),
    });

    /// <summary>Records whether PreCommit1 has returned.</summary>
    public void MarkLabelled(bool labelled) => Change(content => content with { Labelled = labelled });

    /// <summary>Records that CommR is right and the files are about to move; null takes that back.</summary>
    public void MarkInstalling(InstallManifest? manifest) => Change(content => content with { Installing = manifest });

    /// <summary>Forgets all work, the inputs excepted.</summary>
    public void Reset() => Change(content => new Content(content.Inputs, content.CachePath));

    private void Change(Func<Content, Content> change)
    {
        lock (_gate)
        {
            Content next = change(_content);
            Save(next);
            _content = next; // Only now: what could not be written has not happened.
        }
    }

    private void Save(Content content)
    {
        IEnumerable<Line> steps = content.Steps.Select(step => new Line { Step = step.Key, Length = step.Value.Length, Digest = step.Value.Digest })
            .Concat(content.Values.Select(step => new Line { Step = step.Key, Value = step.Value }));
        List<Line> lines =
        [
            new() { Inputs = content.Inputs, CachePath = content.CachePath },
            .. steps.OrderBy(line => line.Step.ToString(), StringComparer.Ordinal),
            .. content.Labelled ? [new Line { Labelled = true }] : Array.Empty<Line>(),
            .. content.Installing is { } manifest ? [new Line { Installing = manifest }] : Array.Empty<Line>(),
            .. content.Later,
        ];

        _files.WriteDurably(Path.Combine(_folder, FileName), ChecksummedLines.Write(lines, LineJson.Default.Line), NewSuffix);
    }

    private sealed record Content(WorkInputs Inputs, string CachePath)
    {
        public bool Labelled { get; init; }

        public InstallManifest? Installing { get; init; }

        public ImmutableDictionary<SealStep, FileDigest> Steps { get; init; } = ImmutableDictionary<SealStep, FileDigest>.Empty;

        public ImmutableDictionary<SealStep, Bytes32> Values { get; init; } = ImmutableDictionary<SealStep, Bytes32>.Empty;

        /// <summary>Lines that a later version wrote.</summary>
        public ImmutableArray<Line> Later { get; init; } = [];
    }

    /// <summary>One line; exactly one of inputs (with cache path), step (with length and digest, or a value) and marks is set.</summary>
    private sealed record Line
    {
        public WorkInputs? Inputs { get; init; }

        public string? CachePath { get; init; }

        public SealStep? Step { get; init; }

        public long? Length { get; init; }

        public Bytes32? Digest { get; init; }

        public Bytes32? Value { get; init; }

        public bool? Labelled { get; init; }

        public InstallManifest? Installing { get; init; }

        [JsonExtensionData]
        public Dictionary<string, JsonElement>? Later { get; set; }
    }

    /// <summary>How lines stand in JSON.</summary>
    [JsonSourceGenerationOptions(
        GenerationMode = JsonSourceGenerationMode.Metadata,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        MaxDepth = 16,
        Converters = [typeof(Bytes32Text), typeof(TicketText), typeof(CommDText), typeof(CommRText), typeof(SectorIdText), typeof(SealStepText)])]
    [JsonSerializable(typeof(Line))]
    [JsonSerializable(typeof(InstallManifest))]
    private sealed partial class LineJson : JsonSerializerContext;
}
