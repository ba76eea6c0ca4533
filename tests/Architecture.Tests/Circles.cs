namespace SealerRecover.Tests.Architecture;

/// <summary>Rooms that know each other in circles.</summary>
internal static class Circles
{
    /// <summary>The largest sets of rooms each of which leads to every other, sorted; none where there is no circle.</summary>
    public static IReadOnlyList<string[]> Of(IReadOnlyCollection<Use> uses)
    {
        ILookup<string, string> known = uses.Where(use => use.FromRoom != use.ToRoom).ToLookup(use => use.FromRoom, use => use.ToRoom);
        string[] rooms = [.. known.Select(room => room.Key).Order(StringComparer.Ordinal)];
        Dictionary<string, HashSet<string>> reached = rooms.ToDictionary(room => room, room => Reached(room, known));
        return
        [
            .. rooms.Where(room => reached[room].Contains(room))
                .GroupBy(room => rooms.First(other => reached[room].Contains(other) && reached.TryGetValue(other, out HashSet<string>? back) && back.Contains(room)))
                .Select(circle => circle.ToArray()),
        ];
    }

    private static HashSet<string> Reached(string room, ILookup<string, string> known)
    {
        HashSet<string> reached = [];
        Queue<string> open = new([room]);
        while (open.TryDequeue(out string? next))
        {
            foreach (string other in known[next].Where(reached.Add))
            {
                open.Enqueue(other);
            }
        }

        return reached;
    }
}
