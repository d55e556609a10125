import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;

/** A point query or an insert over JDBC: client PORT CONCURRENCY SECONDS select|insert. */
public class Db {
  public static void main(String[] args) throws Exception {
    String url = "jdbc:mariadb://127.0.0.1:" + args[1] + "/measure?user=root&useServerPrepStmts=false";
    boolean insert = args[4].equals("insert");
    Bench.run(args, () -> {
      Connection c = DriverManager.getConnection(url);
      PreparedStatement p = c.prepareStatement(insert
          ? "INSERT INTO item (name, description, price, category) VALUES (?, ?, 1249, 3)"
          : "SELECT id, name, description, price, category FROM item WHERE id = ?");
      int[] next = {1};
      return () -> {
        if (insert) {
          p.setString(1, "Vintage camera lens");
          p.setString(2, "You won't have a camera to use it. You won't have a camera to use it.");
          p.executeUpdate();
        } else {
          p.setInt(1, 1 + next[0]++ % 500);
          try (ResultSet r = p.executeQuery()) { r.next(); r.getString(3); }
        }
      };
    });
  }
}
