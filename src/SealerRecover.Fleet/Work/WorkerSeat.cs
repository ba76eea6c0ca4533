using System.Security.Cryptography;
using System.Text;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Npgsql;
using SealerRecover.Fleet.Database;
using SealerRecover.Fleet.Jobs;

namespace SealerRecover.Fleet.Work;

/// <summary>
/// A worker's name on the list, with what tells it from another of that name: its temporary folder, which has a number of its own, and the start of
/// the system it runs on. Whoever holds the lock on the folder knows that an earlier process of the same folder and start is gone; of any other it is
/// only known that it was heard. So of two with one name, or with one folder on two machines, the one that comes later is refused while the other
/// is heard, and takes the name over when that has been silent for long enough; the other ends when it hears of that.
/// </summary>
internal sealed class WorkerSeat
{
    private const string Workers = $"{FleetDatabase.Schema}.workers";
    private const string NumberName = ".sealer-recover.folder";
    private const string Boot = "/proc/sys/kernel/random/boot_id";

    private readonly FleetDatabase _database;
    private readonly string _name;
    private readonly string _folder;
    private readonly TimeSpan _silence;
    private (string Name, string Heard)? _seen;

    /// <summary>Knows it; the database is not asked yet.</summary>
    /// <param name="database">Where the list is.</param>
    /// <param name="name">The worker's name.</param>
    /// <param name="folder">Its temporary folder, whose lock is held. It gets its number where it has none.</param>
    /// <param name="silence">After which a worker counts as gone.</param>
    public WorkerSeat(FleetDatabase database, string name, string folder, TimeSpan silence)
    {
        (_database, _name, _silence) = (database, name, silence);
        _folder = NumberOf(LinuxFileSystem.Instance, folder);
        Instance = $"{_folder}@{(File.Exists(Boot) ? File.ReadAllText(Boot).Trim() : "")}";
    }

    /// <summary>What tells this worker from another of its name.</summary>
    public string Instance { get; }

    /// <summary>Takes the name, unless another was heard lately that has it, or the folder.</summary>
    /// <returns>Whether it is taken; else whoever has it may be gone, and it is to be asked again.</returns>
    /// <exception cref="OperatorException">Busy: the other was heard again since it was asked first; or the database does not answer.</exception>
    public bool TryTake()
    {
        (string Name, string Heard)? other = _database.Rows<(string Name, string Heard)?>(
            $"""
            SELECT name, heard::text FROM {Workers}
            WHERE NOT ended AND instance <> @instance AND heard > now() - @silence AND (name = @worker OR split_part(instance, '@', 1) = @folder) ORDER BY name LIMIT 1
            """,
            row => (row.GetString(0), row.GetString(1)),
            new("worker", _name), new("instance", Instance), new("folder", _folder), new("silence", _silence)) is [var first, ..] ? first : null;
        if (other is null)
        {
            _database.Send(
                $"INSERT INTO {Workers} (name, form, instance) VALUES (@worker, @form, @instance) ON CONFLICT (name) DO UPDATE SET instance = excluded.instance, heard = now()",
                new NpgsqlParameter("worker", _name), new NpgsqlParameter("form", SectorJob.Form), new NpgsqlParameter("instance", Instance));
            return true;
        }

        if (_seen is { } seen && seen.Name == other.Value.Name && seen.Heard != other.Value.Heard)
        {
            throw other.Value.Name == _name
                ? new OperatorException(
                    FailureKind.Busy,
                    $"another worker of the name {_name} is at work, from another temporary folder or on another machine",
                    "give each worker a name of its own, or stop the other one.")
                : new OperatorException(
                    FailureKind.Busy,
                    $"{other.Value.Name} is at work in the temporary folder of this worker, on another machine",
                    "give each machine a temporary folder of its own, on a disk of its own.");
        }

        _seen = other;
        return false;
    }

    /// <summary>What to say when another has taken the name.</summary>
    public OperatorException Lost() => new(
        FailureKind.Busy,
        $"another worker of the name {_name} has come while this one was not heard",
        "give each worker a name of its own, or let one of the two be; what is begun stays in its temporary folder.");

    private static string NumberOf(IFileSystem files, string folder)
    {
        string path = Path.Combine(folder, NumberName);
        if (FileLook.TryThrough(path).Kind == FileKind.File && Encoding.ASCII.GetString(files.ReadAll(path)).Trim() is { Length: 32 } kept && kept.All(char.IsAsciiHexDigit))
        {
            return kept;
        }

        string made = RandomNumberGenerator.GetHexString(32, lowercase: true);
        files.WriteDurably(path, Encoding.ASCII.GetBytes(made + "\n"));
        return made;
    }
}
