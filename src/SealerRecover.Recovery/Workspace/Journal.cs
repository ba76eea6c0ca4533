using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Steps;

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
internal sealed class Journal : IStepLog
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

    /// <summary>Whether PreCommit1 has returned: its layers are complete, or PreCommit2 has already consumed them.</summary>
    public bool Labelled => _content.Labelled;

    /// <summary>Whether there are labels, of some layers at least, or what was made of them.</summary>
    public bool HasLabels => Labelled || _content.Steps.Keys.Any(step => step.StartsWith("layer-", StringComparison.Ordinal));

    /// <summary>Whether PreCommit2 has made its trees and replica.</summary>
    public bool HasTrees => TryGet("trees", out _);

    /// <summary>Whether the update is made.</summary>
    public bool HasUpdate => TryGet("update-finished", out _);

    /// <summary>Set from the moment CommR was found to be right: the files on their way into the result folder.</summary>
    public InstallManifest? Installing => _content.Installing;

    /// <summary>How many steps are recorded as finished.</summary>
    public int FinishedSteps => _content.Steps.Count;

    /// <summary>Whether any work has been recorded.</summary>
    public bool HasWork => FinishedSteps > 0 || Labelled || Installing is not null;

    /// <summary>Starts a journal in <paramref name="folder"/>, replacing what may be there.</summary>
    public static Journal Start(IFileSystem files, string folder, WorkInputs inputs, string cachePathInTAux)
    {
        Journal journal = new(files, folder, new Content(inputs, cachePathInTAux, false, null, []));
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

        List<Line> lines = ChecksummedLines.Read<Line>(files.ReadAll(path));
        if (lines is [{ Inputs.Format: > WorkInputs.CurrentFormat }, ..])
        {
            throw new OperatorException(
                FailureKind.BadInput,
                $"{path} was written by a newer version of sealer-recover",
                "Carry on with that version, or choose another folder for --sealing-temp.");
        }

        if (lines is not [{ Inputs: { Format: WorkInputs.CurrentFormat } inputs, CachePath: string cachePath }, ..])
        {
            return null;
        }

        Dictionary<string, FileDigest> steps = new(StringComparer.Ordinal);
        bool labelled = false;
        InstallManifest? installing = null;
        foreach (Line line in lines)
        {
            labelled |= line.Labelled == true;
            installing ??= line.Installing;
            if (line is { Step: string step, Length: long length, Digest: string digest })
            {
                steps[step] = new FileDigest(length, Bytes32.FromHex(digest));
            }
        }

        return new Journal(files, folder, new Content(inputs, cachePath, labelled, installing, steps));
    }

    /// <inheritdoc/>
    public bool TryGet(string step, out FileDigest digest)
    {
        lock (_gate)
        {
            return _content.Steps.TryGetValue(step, out digest);
        }
    }

    /// <inheritdoc/>
    public void Record(string step, FileDigest digest) =>
        Change(content => content with { Steps = new(content.Steps, StringComparer.Ordinal) { [step] = digest } });

    /// <inheritdoc/>
    public void Forget(string step) => Change(content =>
    {
        Dictionary<string, FileDigest> rest = new(content.Steps, StringComparer.Ordinal);
        rest.Remove(step);
        return content with { Steps = rest };
    });

    /// <summary>Drops the records of all steps whose names begin like this.</summary>
    public void ForgetAll(string prefix) => Change(content => content with
    {
        Steps = new(content.Steps.Where(step => !step.Key.StartsWith(prefix, StringComparison.Ordinal)), StringComparer.Ordinal),
    });

    /// <summary>Records whether PreCommit1 has returned.</summary>
    public void MarkLabelled(bool labelled) => Change(content => content with { Labelled = labelled });

    /// <summary>Records that CommR is right and the files are about to move; null takes that back.</summary>
    public void MarkInstalling(InstallManifest? manifest) => Change(content => content with { Installing = manifest });

    /// <summary>Forgets all work, the inputs excepted.</summary>
    public void Reset() => Change(content => new Content(content.Inputs, content.CachePath, false, null, []));

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
        List<Line> lines = [new() { Inputs = content.Inputs, CachePath = content.CachePath }];
        foreach ((string step, FileDigest digest) in content.Steps.OrderBy(step => step.Key, StringComparer.Ordinal))
        {
            lines.Add(new() { Step = step, Length = digest.Length, Digest = digest.Digest.ToString() });
        }

        if (content.Labelled)
        {
            lines.Add(new() { Labelled = true });
        }

        if (content.Installing is not null)
        {
            lines.Add(new() { Installing = content.Installing });
        }

        _files.WriteDurably(Path.Combine(_folder, FileName), ChecksummedLines.Write(lines), NewSuffix);
    }

    private sealed record Content(
        WorkInputs Inputs, string CachePath, bool Labelled, InstallManifest? Installing, Dictionary<string, FileDigest> Steps);

    /// <summary>One line; exactly one of inputs (with cache path), step (with length and digest) and marks is set.</summary>
    private sealed record Line
    {
        public WorkInputs? Inputs { get; init; }

        public string? CachePath { get; init; }

        public string? Step { get; init; }

        public long? Length { get; init; }

        public string? Digest { get; init; }

        public bool? Labelled { get; init; }

        public InstallManifest? Installing { get; init; }
    }
}
