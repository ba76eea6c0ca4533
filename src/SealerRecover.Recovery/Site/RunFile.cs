using System.Text.Json;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Resources;

namespace SealerRecover.Recovery.Site;

/// <summary>
/// The file in which a run says how it stands, for whoever watches: in the folder of its temporary files, written anew as a whole. It is no record of
/// the work, which the journals are, and is not flushed. Runs that share the folder do not share it: the first has it until it ends.
/// </summary>
public sealed class RunFile
{
    /// <summary>Its name.</summary>
    public const string FileName = ".sealer-recover.site.json";

    private const string TemporaryName = FileName + ".new";

    private readonly IFileSystem _files;
    private readonly string _folder;
    private readonly SystemText _system = new();
    private bool _isOurs;

    /// <summary>The file of a folder, which need not be there yet.</summary>
    /// <param name="files">Where it is written.</param>
    /// <param name="folder">The folder of temporary files.</param>
    public RunFile(IFileSystem files, string folder) => (_files, _folder, Process) = (files, folder, RunProcess.Own(_system, RunProcess.Link));

    /// <summary>Its full name.</summary>
    public string Path => System.IO.Path.Combine(_folder, FileName);

    /// <summary>Whether its folder is there.</summary>
    public bool HasPlace => Directory.Exists(_folder);

    /// <summary>The process that writes.</summary>
    public RunProcess Process { get; }

    /// <summary>Writes it, each sector once, in full; not where the folder is not there, and not while another run that is at work has it.</summary>
    /// <returns>Whether it was written.</returns>
    /// <exception cref="IOException">The disk failed.</exception>
    public bool Write(RunRecord record)
    {
        if (!HasPlace || !(_isOurs |= IsFree()))
        {
            return false;
        }

        string temporary = System.IO.Path.Combine(_folder, TemporaryName);
        RunRecord once = record with { State = record.State with { Sectors = [] } };
        _files.Write(temporary, JsonSerializer.SerializeToUtf8Bytes(once, SiteJson.Default.RunRecord));
        _files.Replace(temporary, Path);
        return true;
    }

    /// <summary>Reads it; null where there is none, or what is there is none.</summary>
    /// <exception cref="OperatorException">BadInput: a newer version wrote it.</exception>
    /// <exception cref="IOException">The disk failed.</exception>
    public static RunRecord? Read(string folder)
    {
        string path = System.IO.Path.Combine(folder, FileName);
        if (FileLook.At(path).Kind != FileKind.File)
        {
            return null;
        }

        try
        {
            byte[] text = LinuxFileSystem.Instance.ReadAll(path);
            RunRecord? record = JsonSerializer.Deserialize(text, SiteJson.Default.RunRecord);
            if (record is { Format: > RunRecord.CurrentFormat })
            {
                throw new OperatorException(FailureKind.BadInput, $"{path} was written by a newer version of sealer-recover", "watch it with that version");
            }

            return record is { Process: not null, State: { Run: not null, Machines.IsDefault: false }, Details.IsDefault: false } && record.Details.All(detail => detail is { Sector: not null })
                ? record with { State = record.State with { Sectors = [.. record.Details.Select(detail => detail.Sector)] } }
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private bool IsFree()
    {
        try
        {
            return Read(_folder) is not { State.Run.Ended: null } other || other.Process == Process || other.Process.IsThere(_system, RunProcess.Link) != true;
        }
        catch (OperatorException)
        {
            // A newer version's, which shows what it shows.
            return false;
        }
    }
}
