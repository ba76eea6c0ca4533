namespace SealerRecover.Recovery.Storage;

/// <summary>
/// Puts together what several tell of storage paths, and says of each whether it is on this machine. What is one is known by its storage ID, and
/// by its folder where somebody tells only that: the sectorstore.json in it names the ID. Nobody is asked here.
/// </summary>
public static class StorageJudgement
{
    /// <summary>Judges them: those that are used first, in the order told, then the others.</summary>
    /// <param name="asked">Who told what.</param>
    /// <param name="look">Looks at a folder of this machine.</param>
    public static IReadOnlyList<FoundStorage> Of(IReadOnlyList<AskedTeller> asked, Func<string, StorageLook> look)
    {
        ArgumentNullException.ThrowIfNull(asked);
        ArgumentNullException.ThrowIfNull(look);
        Dictionary<string, StorageLook> looks = new(StringComparer.Ordinal);
        List<Entry> entries = [];
        foreach (ToldStorage told in asked.SelectMany(teller => teller.Paths))
        {
            string? path = told.Path is null ? null : Normal(told.Path);
            StorageLook? here = path is null ? null : looks.TryGetValue(path, out StorageLook? known) ? known : looks[path] = look(path);
            Entry? same = entries.Find(entry => entry.IsSame(told, path, here));
            if (same is null)
            {
                entries.Add(same = new Entry());
            }

            same.Take(told, path, here);
        }

        // A miner of which one path is here runs here, so those of its paths that are not here are lost.
        HashSet<StorageTeller> local = [.. entries.Where(entry => entry.IsHere).SelectMany(entry => entry.ToldBy)];
        return [.. entries.Select(entry => entry.Judge(local)).OrderBy(found => found.Verdict != StorageVerdict.Used)];
    }

    private static string Normal(string path) => path.Length > 1 ? path.TrimEnd('/') is { Length: > 0 } trimmed ? trimmed : "/" : path;

    /// <summary>One storage path while it is put together.</summary>
    private sealed class Entry
    {
        private readonly List<string> _urls = [];
        private string? _told;
        private string? _path;
        private StorageLook? _look;
        private int? _sectors;

        public List<StorageTeller> ToldBy { get; } = [];

        /// <summary>Whether what is at its place on this machine is it.</summary>
        public bool IsHere => _look is { IsThere: true, Store: { } store } && (_told is null || store.Id == _told);

        private string? Id => _told ?? _look?.Store?.Id;

        public bool IsSame(ToldStorage told, string? path, StorageLook? look) =>
            (told.Id ?? look?.Store?.Id) is { } id && Id is { } own ? id == own
            : path is not null && (path == _path || (look?.Identity is { } identity && identity == _look?.Identity));

        public void Take(ToldStorage told, string? path, StorageLook? look)
        {
            _told ??= told.Id;
            if (path is not null && (_path is null || (!IsHere && look is { IsThere: true })))
            {
                (_path, _look) = (path, look);
            }

            _urls.AddRange(told.Urls.Except(_urls));
            _sectors ??= told.Sectors;
            if (!ToldBy.Contains(told.Teller))
            {
                ToldBy.Add(told.Teller);
            }
        }

        public FoundStorage Judge(HashSet<StorageTeller> local)
        {
            (StorageVerdict verdict, string? reason) = Verdict(local);
            return new FoundStorage(Id, _path, _urls, ToldBy, _sectors, verdict, reason, IsHere ? _look!.Store : null);
        }

        private (StorageVerdict Verdict, string? Reason) Verdict(HashSet<StorageTeller> local)
        {
            if (IsHere)
            {
                return (StorageVerdict.Used, null);
            }

            string at = _urls.Count > 0 ? $", served at {string.Join(", ", _urls)}" : "";
            if (_path is null)
            {
                return (StorageVerdict.OtherHost, $"is on another host{at}: run there, or mount it here and name it");
            }

            // The repository is this machine's, and a miner one of whose paths is here runs here.
            bool isOfHere = ToldBy.Exists(teller => teller is StorageTeller.LotusRepository or StorageTeller.CurioRepository || local.Contains(teller));
            return _look switch
            {
                { Store: { } other } => (
                    isOfHere ? StorageVerdict.Unusable : StorageVerdict.OtherHost,
                    $"is another path here, whose {SectorStore.FileName} has the ID {other.Id}{(isOfHere ? "" : $": the one meant is on another host{at}")}"),
                { Trouble: { } trouble } => (StorageVerdict.Unusable, trouble),
                { IsThere: true, IsEmpty: false } => (StorageVerdict.Unusable, $"has no {SectorStore.FileName}, so Lotus and Curio do not take it for a storage path"),
                _ when !isOfHere => (StorageVerdict.OtherHost, $"is not on this machine{at}: run where it is, or mount it here under the same name"),
                { IsThere: true } => (StorageVerdict.NotThere, "is empty: its disk is lost or not mounted"),
                _ => (StorageVerdict.NotThere, "is not there: its disk is lost or not mounted"),
            };
        }
    }
}
